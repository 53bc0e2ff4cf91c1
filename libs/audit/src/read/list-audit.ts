import { Type } from 'class-transformer';
import { ArrayUnique, IsIn, IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { sql, type Kysely, type SelectQueryBuilder } from 'kysely';
import {
  Flag,
  Id,
  Moment,
  Optional,
  Query,
  Refusal,
  Several,
  momentToMs,
  toPage,
  type Page,
  type QueryContext,
} from '#libs/kernel';
import type { EventStore } from '#libs/event-store';
import { encodeCursor, decodePositionCursor } from '#libs/read-store';
import { findLogWarnings, type LogWarning, type UserAcrossAccounts } from '#libs/users';
import { actions, loginActions } from './action.js';
import { toAuditItems, type AuditItem } from './audit-item.js';
import { findPositions } from './audit-hour.js';
import { loadSubjects, type AuditRow, type AuditTables } from './audit-trail.js';
import { SubjectId } from './subject-id.field.js';

abstract class Paged<Self, Result = Page<AuditItem>> extends Query<Self, Result> {
  /** 1 to 200, default 50. */
  @Optional() @Type(() => Number) @IsInt() @Min(1) @Max(200) limit?: number;
  /** `next` of the page before. */
  @Optional() @IsString() @MaxLength(200) cursor?: string;
}

/** Lists changes with actor, subject, time and reason, newest first. */
export class ListAudit extends Paged<ListAudit> {
  /** The id of who did it: a user's, a service's, an operator's. */
  @Optional() @Id() actor?: string;
  /** The id of whom or what it was done to: a user's, an account's, a token's, or a domain. */
  @Optional() @SubjectId() subject?: string;
  /** One or several, like `user.locked`. */
  @Optional() @Several() @ArrayUnique() @IsIn(actions, { each: true }) action?: string[];
  /** One or several that are left out, like `user.logged-in`. */
  @Optional() @Several() @ArrayUnique() @IsIn(actions, { each: true }) excludeAction?: string[];
  /** What happened in this account. */
  @Optional() @Id() accountId?: string;
  /** @deprecated Use `accountId`, which counts if both are given. */
  @Optional() @Id() account?: string;
  /** The whole of one act: the `correlationId` of one of its rows. */
  @Optional() @Id() correlationId?: string;
  /** @deprecated Use `correlationId`, which counts if both are given. */
  @Optional() @Id() correlation?: string;
  /** Recorded then or later, ISO 8601. */
  @Optional() @Moment() from?: string;
  /** Recorded before then, ISO 8601. */
  @Optional() @Moment() to?: string;
}

/** A page of a user's history. */
interface HistoryPage extends Page<AuditItem> {
  /** Reasons why the response may be wrong; usually empty. */
  readonly warnings: readonly LogWarning[];
}

/** A user's history: all that was done to them, and their logins; newest first. */
export class ListHistory extends Paged<ListHistory, HistoryPage> {
  /** Leaves out logins, also failed ones. */
  @Optional() @Flag() excludeLogins?: boolean;
}

/**
 * Returns a page of the audit trail, newest first.
 * @throws Refusal `account.not-found`, `cursor.invalid`
 */
export async function listAudit(db: Kysely<AuditTables>, query: ListAudit): Promise<Page<AuditItem>> {
  const { actor, subject, action, excludeAction, from, to, context } = query;
  const accountId = query.accountId ?? query.account;
  const correlationId = query.correlationId ?? query.correlation;
  const confinedTo = visibleAccount(context);
  if (accountId && confinedTo && accountId !== confinedTo)
    throw new Refusal('account.not-found', 'not-found', 'There is no such account.');
  let rows = selectVisible(db, confinedTo);
  if (actor) rows = rows.where('actor_id', '=', actor);
  if (subject) rows = rows.where('subject_id', '=', subject);
  if (action?.length) rows = rows.where('action', 'in', action);
  if (excludeAction?.length) rows = rows.where('action', 'not in', excludeAction);
  if (accountId) rows = rows.where('account', '=', accountId);
  if (correlationId) rows = rows.where('correlation_id', '=', correlationId);
  if (from || to) {
    const positions = await findPositions(db, {
      ...(from && { fromMs: momentToMs(from) }),
      ...(to && { toMs: momentToMs(to) }),
    });
    rows = rows.where('position', '>=', positions.first).where('position', '<=', positions.last);
  }
  if (from) rows = rows.where('at', '>=', moment(from));
  if (to) rows = rows.where('at', '<', moment(to));
  return readPage(db, rows, query);
}

/**
 * Returns a page of a user's history, newest first.
 * @throws Refusal `user.not-found`, `cursor.invalid`
 */
export async function listHistory(
  store: Pick<EventStore, 'isKnownTampered'>,
  db: Kysely<AuditTables>,
  query: ListHistory,
): Promise<HistoryPage> {
  const { account, targetId } = query.context;
  const user = (await loadSubjects(db, [{ kind: 'user', id: targetId }])).get('user', targetId)?.seen as
    UserAcrossAccounts | undefined;
  if (!user?.accounts[account!])
    throw new Refusal('user.not-found', 'not-found', 'There is no such user in this account.');
  const rows = selectVisible(db, visibleAccount(query.context)).where('subject_id', '=', targetId);
  const page = await readPage(db, query.excludeLogins ? rows.where('action', 'not in', loginActions) : rows, query);
  return { ...page, warnings: findLogWarnings(store, targetId) };
}

/** Returns the only account whose rows the caller may see; `undefined`: all accounts, as for operators. */
const visibleAccount = ({ actor, account }: QueryContext): string | undefined =>
  actor.kind === 'operator' ? undefined : account;

type Rows = SelectQueryBuilder<AuditTables, 'audit_trail', AuditRow>;

const selectVisible = (db: Kysely<AuditTables>, account: string | undefined): Rows => {
  const rows = db.selectFrom('audit_trail').selectAll();
  return account === undefined ? rows : rows.where('account', '=', account);
};

const moment = (time: string) => sql<string>`to_timestamp(${momentToMs(time)}::float8 / 1000)`;

/** A page, newest first. Positions only grow, so later pages stay the same while events arrive. */
async function readPage(
  db: Kysely<AuditTables>,
  matching: Rows,
  { limit = 50, cursor, context }: Paged<unknown, unknown>,
): Promise<Page<AuditItem>> {
  const older = cursor === undefined ? matching : matching.where('position', '<', decodePositionCursor(cursor));
  const rows = await older
    .orderBy('position', 'desc')
    .limit(limit + 1)
    .execute();
  const page = toPage(rows, limit, ({ position }) => encodeCursor(position));
  return { ...page, items: await toAuditItems(db, page.items, visibleAccount(context)) };
}
