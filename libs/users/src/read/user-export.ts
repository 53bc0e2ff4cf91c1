import { stringify } from 'csv-stringify';
import { Readable } from 'node:stream';
import type { Kysely } from 'kysely';
import { toCsvCell } from './csv-cell.js';
import { withLocksInForceAt, type UserItem } from './user-item.js';
import { UserFilter, selectMatching } from './user-filter.js';
import type { UserListTables } from './user-list.projection.js';
import { sortColumns } from './user-order.js';

/** Exports the users that match the filters of the list, as CSV. */
export class ExportUserList extends UserFilter<ExportUserList, Readable> {}

/** The header names are the import's, and a public promise. */
const columns: Readonly<Record<string, (user: UserItem) => string | null>> = {
  Email: ({ email }) => email,
  FirstName: ({ firstName }) => firstName,
  LastName: ({ lastName }) => lastName,
  Country: ({ country }) => country,
  EntitlementCountry: ({ entitlementCountry }) => entitlementCountry,
  Status: ({ status }) => status,
  Locked: ({ locks }) => String(locks.length > 0),
  LockReason: ({ locks }) => locks.at(-1)?.reason ?? null,
  DisableModeUntil: ({ locks }) => locks.at(-1)?.disableModeUntil ?? null,
  Roles: ({ roles }) => roles.join(' '),
  // Groups come with their own events; the column is part of the promise.
  Groups: () => null,
  AddedAt: ({ addedAt }) => addedAt,
  LastLoginAt: ({ lastLoginAt }) => lastLoginAt,
  UserId: ({ userId }) => userId,
};

/** How many rows one statement reads: PGlite has one connection, on which everybody else waits meanwhile. */
const pageSize = 200;
const idPageSize = 2_000;

/**
 * Returns the matching users as a stream of CSV in UTF-8 with BOM, so that Excel opens it; every cell is quoted, because Excel separates at `;` in many languages.
 * First the ids of all users are read, paged by id, which never changes, and put into the list's order; then their rows.
 * So a user who is renamed meanwhile is neither lost nor repeated. One who no longer matches the filters is left out.
 */
export async function exportUserList(db: Kysely<UserListTables>, query: ExportUserList): Promise<Readable> {
  const userIds = await readUserIds(db, query);
  const rows = Readable.from(readRows(db, query, userIds), { highWaterMark: 1 });
  const csv = stringify({
    header: true,
    columns: Object.keys(columns),
    bom: true,
    quoted: true,
    quoted_empty: true,
    record_delimiter: 'windows',
  });
  rows.on('error', (error) => csv.destroy(error));
  csv.on('close', () => rows.destroy());
  return rows.pipe(csv);
}

const idLength = 36;

/** The ids of all matching users in the list's order, joined: for as long as an export takes, 36 bytes a user. */
async function readUserIds(db: Kysely<UserListTables>, query: ExportUserList): Promise<string> {
  const keys: string[] = [];
  for (let after = ''; ;) {
    const select = selectMatching(db, query)
      .where('user_id', '>', after)
      .select(['user_id', ...sortColumns.lastName]);
    const rows = await select.orderBy('user_id').limit(idPageSize).execute();
    for (const { user_id, last_name_key, first_name_key } of rows)
      keys.push(`${last_name_key}\0${first_name_key}\0${user_id}`);
    if (rows.length < idPageSize) break;
    after = rows.at(-1)!.user_id;
  }
  return keys
    .sort()
    .map((key) => key.slice(-idLength))
    .join('');
}

async function* readRows(db: Kysely<UserListTables>, query: ExportUserList, userIds: string) {
  for (let from = 0; from < userIds.length; from += pageSize * idLength) {
    const page = userIds.slice(from, from + pageSize * idLength).match(/.{36}/g)!;
    const found = await selectMatching(db, query).where('user_id', 'in', page).select(['user_id', 'item']).execute();
    const items = new Map(found.map(({ user_id, item }) => [user_id, withLocksInForceAt(item, query.context.at)]));
    for (const userId of page) {
      const user = items.get(userId);
      if (user) yield Object.fromEntries(Object.entries(columns).map(([name, cell]) => [name, toCsvCell(cell(user))]));
    }
  }
}
