import { Type } from 'class-transformer';
import { ArrayMaxSize, IsInt, Max, Min } from 'class-validator';
import type { Kysely } from 'kysely';
import { concatMap, defer, delayWhen, filter, map, merge, shareReplay, type Observable } from 'rxjs';
import { Ids, Optional, Query, Several, type Recorded } from '#libs/kernel';
import type { ReadModels } from '#libs/read-store';
import type { AuditTables } from './audit-trail.js';

/** Follows which users of an account change, as soon as the lists show it. */
export class FollowChanges extends Query<FollowChanges, Observable<LiveChange>> {
  /** Also what has changed since this position; `Last-Event-ID` goes before it. */
  @Optional() @Type(() => Number) @IsInt() @Min(0) @Max(Number.MAX_SAFE_INTEGER) after?: number;
  /** Further accounts, at most 50, for a caller who sees more than one: a browser has few connections to one host. */
  @Optional() @Several() @Ids() @ArrayMaxSize(50) also?: string[];
}

/** `ready`: what changes from this position on will be told. `reset`: too much has changed since; ask for everything anew. */
export type LiveChange =
  | { readonly kind: 'ready' | 'reset'; readonly position: number }
  | {
      readonly kind: 'changed';
      readonly position: number;
      /** Of the path's account. */
      readonly userIds: readonly string[];
      /** By account, where further ones were asked for. */
      readonly accounts?: Readonly<Record<string, readonly string[]>>;
    };

/** How many rows are read at most to find the changes that a client has missed. */
const mostMissed = 1_000;

/**
 * Returns a stream of the changes of users in the accounts that a query asks for. It begins with `ready`, with the changes
 * after the log position `after`, or with `reset` if those are too many; then it emits changes when the read models have
 * applied them. It may emit a change twice, and never completes.
 */
export function followChanges(
  db: Kysely<AuditTables>,
  readModels: Pick<ReadModels, 'position' | 'appliedBatches' | 'movedElsewhere'>,
  { after, also = [], context }: FollowChanges,
): Observable<LiveChange> {
  const accounts = [...new Set([context.account!, ...also])];
  const own = readModels.appliedBatches.pipe(
    map((events) => events.flatMap((event) => placesOf(event, accounts))),
    filter((places) => places.length > 0),
    map((places) => changed(places, accounts)),
  );
  // What another server has written is read from its rows.
  const elsewhere = readModels.movedElsewhere.pipe(
    concatMap((before) => changedSince(db, readModels.position, accounts, before)),
    filter(({ kind }) => kind !== 'ready'),
  );
  const first = defer(() => changedSince(db, readModels.position, accounts, after)).pipe(shareReplay(1));
  return merge(merge(own, elsewhere).pipe(delayWhen(() => first)), first);
}

async function changedSince(
  db: Kysely<AuditTables>,
  position: number,
  accounts: readonly string[],
  after: number | undefined,
): Promise<LiveChange> {
  if (after === undefined) return { kind: 'ready', position };
  const rows = await db
    .selectFrom('audit_trail')
    .select(['position', 'subject_id as userId', 'account'])
    .where('account', 'in', accounts)
    .where('subject_kind', '=', 'user')
    .where('position', '>', after)
    .orderBy('position')
    .limit(mostMissed + 1)
    .execute();
  if (rows.length > mostMissed) return { kind: 'reset', position };
  return rows.length > 0 ? changed(rows as Place[], accounts) : { kind: 'ready', position };
}

/** Where in the log which user of which account changed. */
interface Place {
  readonly position: number;
  readonly account: string;
  readonly userId: string;
}

const placesOf = ({ position, envelope: { account, subject } }: Recorded, accounts: readonly string[]): Place[] =>
  account !== undefined && subject.kind === 'user' && accounts.includes(account)
    ? [{ position, account, userId: subject.id }]
    : [];

function changed(places: readonly Place[], accounts: readonly string[]): LiveChange {
  const byAccount = Map.groupBy(places, ({ account }) => account);
  const idsIn = (account: string) => [...new Set(byAccount.get(account)?.map(({ userId }) => userId))];
  return {
    kind: 'changed',
    position: places.at(-1)!.position,
    userIds: idsIn(accounts[0]!),
    ...(accounts.length > 1 && {
      accounts: Object.fromEntries([...byAccount.keys()].map((account) => [account, idsIn(account)])),
    }),
  };
}
