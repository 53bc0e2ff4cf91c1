import { Type } from 'class-transformer';
import { IsInt, Max, Min } from 'class-validator';
import type { Kysely } from 'kysely';
import { defer, delayWhen, filter, map, merge, shareReplay, type Observable } from 'rxjs';
import { Optional, Query, type Recorded } from '#libs/kernel';
import type { ProjectionRunner } from '#libs/read-store';
import type { AuditTables } from './audit-trail.js';

/** Follows which users of an account change, as soon as the lists show it. */
export class FollowChanges extends Query<FollowChanges> {
  /** Also what has changed since this position; `Last-Event-ID` goes before it. */
  @Optional() @Type(() => Number) @IsInt() @Min(0) @Max(Number.MAX_SAFE_INTEGER) after?: number;
}

/** `ready`: what changes from this position on will be told. `reset`: too much has changed since; ask for everything anew. */
export type LiveChange =
  | { readonly kind: 'ready' | 'reset'; readonly position: number }
  | { readonly kind: 'changed'; readonly position: number; readonly userIds: readonly string[] };

/** The most rows that are looked through for one who was away. */
const mostMissed = 1_000;

/** First `ready`, or what has changed since `after`; then what changes. Some of it may be told twice. Never completes. */
export function followChanges(
  db: Kysely<AuditTables>,
  runner: Pick<ProjectionRunner, 'position' | 'applied'>,
  account: string,
  after?: number,
): Observable<LiveChange> {
  const live = runner.applied.pipe(
    map((events) => events.filter(({ envelope }) => envelope.account === account && envelope.subject.kind === 'user')),
    filter((events) => events.length > 0),
    map((events) => changed(events.map(place))),
  );
  const first = defer(() => changedSince(db, runner.position, account, after)).pipe(shareReplay(1));
  return merge(live.pipe(delayWhen(() => first)), first);
}

async function changedSince(db: Kysely<AuditTables>, position: number, account: string, after: number | undefined): Promise<LiveChange> {
  if (after === undefined) return { kind: 'ready', position };
  const rows = await db
    .selectFrom('audit_trail')
    .select(['position', 'subject_id'])
    .where('account', '=', account)
    .where('subject_kind', '=', 'user')
    .where('position', '>', after)
    .orderBy('position')
    .limit(mostMissed + 1)
    .execute();
  if (rows.length > mostMissed) return { kind: 'reset', position };
  return rows.length > 0 ? changed(rows.map((row) => [row.position, row.subject_id])) : { kind: 'ready', position };
}

const place = ({ position, envelope }: Recorded): [number, string] => [position, envelope.subject.id];

const changed = (places: readonly (readonly [number, string])[]): LiveChange => ({
  kind: 'changed',
  position: places.at(-1)![0],
  userIds: [...new Set(places.map(([, userId]) => userId))],
});
