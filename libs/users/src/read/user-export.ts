import { stringify } from 'csv-stringify';
import { Readable } from 'node:stream';
import type { Kysely } from 'kysely';
import type { UserItem } from './user-item.js';
import { UserFilter, usersAfter, type Place, type UserListTables } from './user-list.js';

/** The users that the list's filters show, as CSV. */
export class ExportUserList extends UserFilter<ExportUserList> {}

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

/**
 * CSV in UTF-8 with BOM, so that Excel opens it, streamed page by page. A cell that a spreadsheet would take for a
 * formula gets a leading `'`.
 */
export function exportUserList(db: Kysely<UserListTables>, query: ExportUserList): Readable {
  const rows = Readable.from(pages(db, query), { highWaterMark: 1 });
  const csv = stringify({ header: true, columns: Object.keys(columns), bom: true, escape_formulas: true, record_delimiter: 'windows' });
  rows.on('error', (error) => csv.destroy(error));
  csv.on('close', () => rows.destroy());
  return rows.pipe(csv);
}

async function* pages(db: Kysely<UserListTables>, query: ExportUserList) {
  let after: Place | undefined;
  do {
    const { items, last }: Awaited<ReturnType<typeof usersAfter>> = await usersAfter(db, query, { sort: 'lastName', limit: 200, after });
    for (const user of items) yield Object.fromEntries(Object.entries(columns).map(([name, cell]) => [name, cell(user)]));
    after = last ?? undefined;
  } while (after);
}
