import { Type } from 'class-transformer';
import { ArrayUnique, IsIn, IsInt, IsString, Max, MaxLength, Min } from 'class-validator';
import { sql, type Kysely, type SelectQueryBuilder } from 'kysely';
import {
  Id,
  Moment,
  Optional,
  Query,
  Refusal,
  Several,
  notBefore,
  toPage,
  type Page,
  type QueryContext,
} from '#libs/kernel';
import { encodeCursor, decodePositionCursor } from '#libs/read-store';
import type { UserAcrossAccounts } from '#libs/users';
import { actions } from './action.js';
import { itemsOf, type AuditItem } from './audit-item.js';
import { loadSubjects, type AuditRow, type AuditTables } from './audit-trail.js';
import { SubjectId } from './subject-id.field.js';

abstract class Paged<Self> extends Query<Self, Page<AuditItem>> {
  /** 1 to 200, default 50. */
  @Optional() @Type(() => Number) @IsInt() @Min(1) @Max(200) limit?: number;
  /** `next` of the page before. */
  @Optional() @IsString() @MaxLength(200) cursor?: string;
}

/** Who did what, to whom, when and why; newest first. */
export class ListAudit extends Paged<ListAudit> {
  /** The id of who did it: a user's, a service's, an operator's. */
  @Optional() @Id() actor?: string;
  /** The id of whom or what it was done to: a user's, an account's, a token's, or a domain. */
  @Optional() @SubjectId() subject?: string;
  /** One or several, like `user.locked`. */
  @Optional() @Several() @ArrayUnique() @IsIn(actions, { each: true }) action?: string[];
  /** What happened in this account. */
  @Optional() @Id() accountId?: string;
  /** @deprecated Use `accountId`. */
  @Optional() @Id() account?: string;
  /** The whole of one act: the `correlationId` of one of its rows. */
  @Optional() @Id() correlationId?: string;
  /** @deprecated Use `correlationId`. */
  @Optional() @Id() correlation?: string;
  /** Recorded then or later, ISO 8601. */
  @Optional() @Moment() from?: string;
  /** Recorded before then, ISO 8601. */
  @Optional() @Moment() to?: string;
}

/** A user's history: all that was done to them, and their logins; newest first. */
export class ListHistory extends Paged<ListHistory> {}

/** Answers a page of the trail. Throws `account.not-found`, `cursor.invalid`. */
export async function listAudit(db: Kysely<AuditTables>, query: ListAudit): Promise<Page<AuditItem>> {
  const { actor, subject, action, from, to, context } = query;
  const accountId = query.accountId ?? query.account;
  const correlationId = query.correlationId ?? query.correlation;
  const within = confinement(context);
  if (accountId && within && accountId !== within)
    throw new Refusal('account.not-found', 'not-found', 'There is no such account.');
  let rows = rowsWithin(db, within);
  if (actor) rows = rows.where('actor_id', '=', actor);
  if (subject) rows = rows.where('subject_id', '=', subject);
  if (action?.length) rows = rows.where('action', 'in', action);
  if (accountId) rows = rows.where('account', '=', accountId);
  if (correlationId) rows = rows.where('correlation_id', '=', correlationId);
  if (from) rows = rows.where('at', '>=', moment(from));
  if (to) rows = rows.where('at', '<', moment(to));
  return readPage(db, rows, query);
}

/** Answers a page of what happened to a user. Throws `user.not-found`, `cursor.invalid`. */
export async function listHistory(db: Kysely<AuditTables>, query: ListHistory): Promise<Page<AuditItem>> {
  const { account, targetId } = query.context;
  const user = (await loadSubjects(db, [{ kind: 'user', id: targetId }])).get('user', targetId) as
    UserAcrossAccounts | undefined;
  if (!user?.accounts[account!])
    throw new Refusal('user.not-found', 'not-found', 'There is no such user in this account.');
  return readPage(db, rowsWithin(db, confinement(query.context)).where('subject_id', '=', targetId), query);
}

/** Where the one who asks may look. An operator is not confined by the account that a path names. */
const confinement = ({ actor, account }: QueryContext): string | undefined =>
  actor.kind === 'operator' ? undefined : account;

type Rows = SelectQueryBuilder<AuditTables, 'audit_trail', AuditRow>;

const rowsWithin = (db: Kysely<AuditTables>, account: string | undefined): Rows => {
  const rows = db.selectFrom('audit_trail').selectAll();
  return account === undefined ? rows : rows.where('account', '=', account);
};

const moment = (time: string) => sql<string>`to_timestamp(${notBefore(time)}::float8 / 1000)`;

/** A page, newest first. Positions only grow, so later pages stay the same while events arrive. */
async function readPage(
  db: Kysely<AuditTables>,
  matching: Rows,
  { limit = 50, cursor, context }: Paged<unknown>,
): Promise<Page<AuditItem>> {
  const older = cursor === undefined ? matching : matching.where('position', '<', decodePositionCursor(cursor));
  const rows = await older
    .orderBy('position', 'desc')
    .limit(limit + 1)
    .execute();
  const page = toPage(rows, limit, ({ position }) => encodeCursor(position));
  return { ...page, items: await itemsOf(db, page.items, confinement(context)) };
}
