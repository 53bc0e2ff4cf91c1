import type { Kysely } from 'kysely';
import { withQueryContext, type QueryContext } from '#libs/kernel';
import { encodeCursor, type AnyTables, type ReadStore } from '#libs/read-store';
import { ListUsers, listUsers, loadUsersAfter, type Keyset } from '#libs/users';
import { ListAudit, listAudit } from '../../libs/audit/src/read/list-audit.js';
import { sectionsOf, sorts } from '../../libs/users/src/read/user-order.js';
import { explainReads } from '../support/explain-reads.js';
import { auditCases, userCases, type AuditCase, type UserCase } from './lists.cases.js';
import { ids, now } from './lists.fill.js';
import { percentile } from './statistics.js';

/** How long a list takes, in ms. */
export interface ListRow {
  readonly list: string;
  readonly what: string;
  /** How many rows the first page has, and, of users, how many match. */
  readonly found: string;
  readonly p50: number;
  readonly p99: number;
  /** Those of the plain first page of the same list, measured in turn with all others. */
  readonly baseP50: number;
  readonly baseP99: number;
  /** If it is slow: how the database executed its statements. */
  readonly plans?: string;
}

export interface Read {
  readonly what: string;
  readonly run: (db: Kysely<AnyTables>) => Promise<{ readonly items: readonly unknown[]; readonly total?: number }>;
}

/** A list whose plain first page all its other reads are compared with. */
export interface MeasuredList {
  readonly name: string;
  readonly firstPage: Read;
  readonly reads: readonly Read[];
}

export interface MeasureOptions {
  readonly requests: number;
  /** A read is slow if its p99 is more than so many times that of the first page. */
  readonly slow: number;
  readonly progress: (text: string) => void;
}

/** A slow read is not repeated for longer than this, in ms. */
const MAX_MS = 3_000;
/** So many first pages are read before anything is measured. */
const WARM_UP = 50;
/** The first page is measured after so many other reads. */
const BASE_EVERY = 10;

const sealer = { seal: (text: string) => Buffer.from(text), unseal: (box: Buffer) => box.toString() };

/** Measures all reads of a list, one request at a time. */
export async function measureList(
  { db, batchDb }: ReadStore,
  { name, firstPage, reads }: MeasuredList,
  { requests, slow, progress }: MeasureOptions,
): Promise<ListRow[]> {
  await timeRead(db, firstPage, WARM_UP);
  const baseTimes: number[] = [];
  const measured: { read: Read; times: number[]; found: string }[] = [];
  for (const [index, read] of reads.entries()) {
    const found = await read.run(db).then(toFound, () => 'refused');
    measured.push({ read, found, times: await timeRead(db, read, requests) });
    if (index % BASE_EVERY === 0) baseTimes.push(...(await timeRead(db, firstPage, requests)));
    if (index % 50 === 0) progress(`${name}: ${index} of ${reads.length}`);
  }
  const [baseP50, baseP99] = [percentile(baseTimes, 0.5), percentile(baseTimes, 0.99)];
  const rows: ListRow[] = [];
  for (const { read, times, found } of measured) {
    const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
    const plans =
      p99 > slow * baseP99 ? await explainReads(batchDb, read.run, 'explain (analyze, buffers)') : undefined;
    rows.push({ list: name, what: read.what, found, p50, p99, baseP50, baseP99, ...(plans && { plans }) });
  }
  return rows;
}

const toFound = ({ items, total }: Awaited<ReturnType<Read['run']>>): string =>
  total === undefined ? String(items.length) : `${items.length} of ${total}`;

async function timeRead(db: Kysely<AnyTables>, { run }: Read, requests: number): Promise<number[]> {
  const times: number[] = [];
  for (const end = performance.now() + MAX_MS; times.length < requests && performance.now() < end;) {
    const startedAt = performance.now();
    await run(db).catch(() => {}); // One that the time limit of queries ends has taken that long.
    times.push(performance.now() - startedAt);
  }
  return times;
}

const administrator = { account: ids.account, at: now, actor: { kind: 'user', id: ids.user(1) } } as QueryContext;
const operator = { at: now, actor: { kind: 'operator', id: ids.user(2) } } as QueryContext;

/** The user list: each filter and sort, and a page in the middle of each sort. */
export async function measuredUsers(
  db: Kysely<AnyTables>,
  cases: readonly UserCase[] = userCases(),
): Promise<MeasuredList> {
  const query = (fields: UserCase['fields']) => withQueryContext(new ListUsers(fields), administrator);
  const list = ({ name, fields }: UserCase): Read => ({
    what: name,
    run: (on) => listUsers(on, sealer, query(fields)),
  });
  const middles = await Promise.all(sorts.map(async (sort) => [sort, await findMiddle(db, sort)] as const));
  return {
    name: 'users',
    firstPage: list({ name: 'first page', fields: {} }),
    reads: [
      ...cases.map(list),
      ...middles.map(([sort, after]) => ({
        what: `page in the middle, sort ${sort}`,
        run: (on: Kysely<AnyTables>) => loadUsersAfter(on, query({}), { sort, limit: 50, after }),
      })),
    ],
  };
}

/** Returns where a page in the middle of the largest section of a sort order begins. */
async function findMiddle(db: Kysely<AnyTables>, sort: string): Promise<Keyset> {
  const section = sectionsOf(sort, now).find(({ name }) => ['all', 'with', 'active'].includes(name))!;
  const keyset = [...section.keyset, 'user_id'];
  let select = db.selectFrom('user_list').where('account_id', '=', ids.account).where(section.condition).select(keyset);
  for (const column of keyset) select = select.orderBy(column);
  const { known } = await db
    .selectFrom('user_count')
    .where('account_id', '=', ids.account)
    .select('known')
    .executeTakeFirstOrThrow();
  const row = await select
    .offset(Math.floor(known / 3))
    .limit(1)
    .executeTakeFirstOrThrow();
  return [section.name, ...keyset.map((column) => row[column] as string)];
}

/** The audit, as an administrator or an operator reads it: each filter, and a page in the middle. */
export function measuredAudit(
  caller: 'administrator' | 'operator',
  lastPosition: number,
  cases: readonly AuditCase[] = auditCases(),
): MeasuredList {
  const query = (fields: ConstructorParameters<typeof ListAudit>[0]) =>
    withQueryContext(new ListAudit(fields), caller === 'operator' ? operator : administrator);
  const list = ({ name, fields }: { name: string; fields: ConstructorParameters<typeof ListAudit>[0] }): Read => ({
    what: name,
    run: (on) => listAudit(on, query(fields)),
  });
  const isAllowed = ({ fields: { accountId } }: AuditCase) =>
    caller === 'operator' || accountId === undefined || accountId === ids.account;
  return {
    name: `audit, ${caller}`,
    firstPage: list({ name: 'first page', fields: {} }),
    reads: [
      ...cases.filter(isAllowed).map(list),
      list({ name: 'page in the middle', fields: { cursor: encodeCursor(Math.floor(lastPosition / 2)) } }),
    ],
  };
}
