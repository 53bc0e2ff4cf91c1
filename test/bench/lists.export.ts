import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import { withQueryContext, type QueryContext } from '#libs/kernel';
import type { ReadStore } from '#libs/read-store';
import { ListUsers, loadUsersAfter } from '#libs/users';
import { ExportUserList, exportUserList } from '../../libs/users/src/read/user-export.js';
import { ids, now } from './lists.fill.js';
import { percentile } from './statistics.js';

export interface ExportRow {
  readonly rowsPerSecond: number;
  /** Its speed as a share of that of `COPY` of the same columns. */
  readonly ofCopy: number;
  /** By how much the resident memory grew at most, in MB. */
  readonly memoryGrowth: number;
  /** The p95 of another caller's list, in ms, during the export and without it. */
  readonly listP95: number;
  readonly quietP95: number;
}

const SAMPLE_MS = 20;
const QUIET_REQUESTS = 100;

/** Measures an export of all members beside `COPY` of the same columns, and a list that another caller reads meanwhile. */
export async function measureExport(store: ReadStore): Promise<ExportRow> {
  const context = { account: ids.account, at: now, actor: { kind: 'user', id: ids.user(1) } } as QueryContext;
  const times: { quiet: number[]; exporting: number[] } = { quiet: [], exporting: [] };
  const listOther = async (into: number[]) => {
    const startedAt = performance.now();
    const query = withQueryContext(new ListUsers({}), { ...context, account: ids.otherAccount });
    await loadUsersAfter(store.db, query, { sort: 'lastName', limit: 50 });
    into.push(performance.now() - startedAt);
    await pause(SAMPLE_MS);
  };
  for (let request = 0; request < QUIET_REQUESTS; request++) await listOther(times.quiet);
  const copySeconds = await timeCopy(store);
  const before = process.memoryUsage.rss();
  let memory = before;
  let rows = 0;
  const done = new AbortController();
  const exporting = async () => {
    const startedAt = performance.now();
    try {
      for await (const chunk of await exportUserList(store.db, withQueryContext(new ExportUserList({}), context))) {
        rows += String(chunk).split('\r\n').length - 1;
        memory = Math.max(memory, process.memoryUsage.rss());
      }
      return (performance.now() - startedAt) / 1_000;
    } finally {
      done.abort();
    }
  };
  const listing = async () => {
    while (!done.signal.aborted) await listOther(times.exporting);
  };
  const [seconds] = await Promise.all([exporting(), listing()]);
  return {
    rowsPerSecond: rows / seconds,
    ofCopy: copySeconds / seconds,
    memoryGrowth: (memory - before) / 2 ** 20,
    listP95: percentile(times.exporting, 0.95),
    quietP95: percentile(times.quiet, 0.95),
  };
}

/** Returns how many seconds `COPY` takes for the export's columns, in its order. */
async function timeCopy({ buildDb }: ReadStore): Promise<number> {
  const startedAt = performance.now();
  await buildDb.transaction().execute(async (tx) => {
    await sql`set local statement_timeout = 0`.execute(tx);
    await sql`
      copy (
        select item ->> 'email', item ->> 'firstName', item ->> 'lastName', item ->> 'country', item ->> 'entitlementCountry',
          item ->> 'status', json_array_length(item -> 'locks') > 0, item -> 'locks' -> -1 ->> 'reason',
          item -> 'locks' -> -1 ->> 'disableModeUntil', item ->> 'roles', null, item ->> 'addedAt', item ->> 'lastLoginAt', user_id
        from user_list where account_id = ${sql.lit(ids.account)} and status in ('pending', 'invited', 'active')
        order by last_name_key, first_name_key, user_id
      ) to stdout with (format csv, header, force_quote *)`.execute(tx);
  });
  return (performance.now() - startedAt) / 1_000;
}
