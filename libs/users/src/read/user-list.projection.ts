import { sql, type Kysely } from 'kysely';
import type { Recorded } from '#libs/kernel';
import {
  FoldedTable,
  normalizeForSearch,
  type AnyTables,
  type Fold,
  type Projection,
  type RowWrite,
} from '#libs/read-store';
import { toCanonicalAddress } from '../domain/email-address.js';
import { UserCountChanges, createUserCountTable, type UserCount } from './account-summary.js';
import { mayBeLocked } from './effective-status.js';
import { toStoredUserItem, type StoredUserItem } from './user-item.js';
import { sortColumns } from './user-order.js';
import { accountOfSearch, isSamePerson, toSearchColumns, type SearchColumns } from './user-search.js';
import { tagsOf } from './user-tags.js';
import { foldUser, userViewEvents } from './fold-user.js';
import { isLockedForGood, type UserAcrossAccounts, type UserView } from './user-view.js';

/** A user as one account sees them. */
export interface UserRow extends SearchColumns {
  account_id: string;
  user_id: string;
  status: string;
  /** Whether a lock without an end is in force. */
  locked_for_good: boolean;
  /** The latest end of the locks that have one. */
  locked_until: string | null;
  /** Includes locks that have ended. */
  lock_causes: string[];
  roles: string[];
  country: string;
  /** The e-mail address in the form in which addresses are compared. */
  address: string;
  first_name_key: string;
  last_name_key: string;
  email_key: string;
  added_at: string | null;
  last_login_at: string | null;
  restorable_until: string | null;
  /** See {@link tagsOf}. */
  tags: string[];
  item: StoredUserItem;
}

/** A row for each account and user, the counts of each account, and the folded state of each user. */
export interface UserListTables {
  user_list: UserRow;
  user_count: UserCount;
  user_seen: { user_id: string; seen: UserAcrossAccounts };
}

export const UserListProjection: Projection = {
  name: 'user-list',
  version: 9,
  tables: ['user_list', 'user_count', 'user_seen'],
  events: userViewEvents,

  async createTables(db) {
    // The fill factor leaves room on each page, so that an update of columns without an index touches no index.
    await sql`create table user_seen (user_id text collate "C" primary key, seen json not null) with (fillfactor = 50)`.execute(
      db,
    );
    await sql`
      create table user_list (
        account_id text not null, user_id text collate "C" not null, status text collate "C" not null, locked_for_good boolean not null,
        locked_until timestamptz, lock_causes text[] not null, roles text[] not null, country text collate "C" not null, address text not null,
        first_name_key text collate "C" not null, last_name_key text collate "C" not null, email_key text collate "C" not null,
        search text not null, search_grams text[] collate "C", added_at timestamptz, last_login_at timestamptz, restorable_until timestamptz,
        tags text[] collate "C" not null, item json not null, primary key (account_id, user_id)) with (fillfactor = 75)`.execute(
      db,
    );
    await createUserCountTable(db);
  },

  async createIndexes(db) {
    for (const key of [...Object.values(sortColumns), ['status', ...sortColumns.lastName]]) {
      await sql`create index on user_list (account_id, ${sql.join(key.map((column) => sql.ref(column)))}, user_id)`.execute(
        db,
      );
    }
    await sql`create index user_list_locked on user_list (account_id, last_name_key, first_name_key, user_id) where ${mayBeLocked}`.execute(
      db,
    );
    await sql`create index on user_list (account_id, restorable_until) where status = 'deleted'`.execute(db);
    // Few rows: users whose locks have ends.
    await sql`create index on user_list (account_id, locked_until) where locked_until is not null`.execute(db);
    await sql`create index on user_list (account_id, address)`.execute(db);
    // New entries wait in a list (limit in kB), which each search reads as well: a user has some seventy grams.
    await sql`create index user_list_search on user_list using gin (${accountOfSearch}, search_grams) with (gin_pending_list_limit = 64)`.execute(
      db,
    );
    await sql`create index user_list_tags on user_list using gin (tags) with (gin_pending_list_limit = 64)`.execute(db);
  },

  begin: () => new UserListFold(),
};

/** The users whose views a transaction changes. */
class UserListFold implements Fold {
  readonly #users = userSeen.rows();
  readonly #counts = new UserCountChanges();
  /** The views that have changed, by account and user. */
  readonly #changed = new Map<string, ChangedView>();

  get size(): number {
    return this.#users.size;
  }

  async load(events: readonly Recorded[], tx: Kysely<AnyTables>): Promise<void> {
    await this.#users.load(
      tx,
      events.map(({ envelope }) => [envelope.subject.id]),
    );
  }

  fold(events: readonly Recorded[]): readonly RowWrite[] {
    const before = new Map<string, UserAcrossAccounts | undefined>();
    const views = new Map<string, UserView>();
    for (const event of events) {
      const { id } = event.envelope.subject;
      const seen = this.#users.get(id)?.seen;
      const next = foldUser(seen, event);
      if (!next || next === seen) continue;
      if (!before.has(id)) before.set(id, seen);
      for (const view of changedViews(seen, next, event)) views.set(`${view.account} ${view.userId}`, view);
      this.#users.set({ user_id: id, seen: next });
    }
    for (const [key, view] of views) this.#change(key, before.get(view.userId)?.accounts[view.account!], view);
    return [];
  }

  changes(): readonly RowWrite[] {
    const changed = [...this.#changed.values()];
    const toJson = (from: number, to: number) =>
      JSON.stringify(changed.slice(from, to).map((each) => userRow(this.#viewOf(each), each.isRenamed)));
    return [...this.#users.changes(), userList.upsert(changed.length, toJson), this.#counts.toWrite()];
  }

  #change(key: string, before: UserView | undefined, view: UserView): void {
    this.#counts.add(before, view);
    const isRenamed = this.#changed.get(key)?.isRenamed === true || !before || !isSamePerson(before, view);
    this.#changed.set(key, { account: view.account!, user: view.userId, isRenamed });
  }

  #viewOf({ account, user }: ChangedView): UserView {
    return this.#users.findChanged(user)!.seen.accounts[account]!;
  }
}

interface ChangedView {
  readonly account: string;
  readonly user: string;
  /** Whether the user is new or what they are searched by has changed. */
  readonly isRenamed: boolean;
}

/** Returns the views that an event has changed: its account's, and those of accounts that can not restore the user any more. */
const changedViews = (
  before: UserAcrossAccounts | undefined,
  { accounts }: UserAcrossAccounts,
  { envelope: { account } }: Recorded,
): UserView[] =>
  Object.entries(accounts).flatMap(([id, view]) =>
    view !== before?.accounts[id] && (id === account || before?.accounts[id]?.canBeRestored !== view.canBeRestored)
      ? [view]
      : [],
  );

const userRow = (view: UserView, isRenamed: boolean): UserRow => {
  const row = untaggedRow(view, isRenamed);
  return { ...row, tags: tagsOf(row) };
};

const untaggedRow = (view: UserView, isRenamed: boolean): Omit<UserRow, 'tags'> => ({
  account_id: view.account!,
  user_id: view.userId,
  status: view.status,
  locked_for_good: isLockedForGood(view),
  locked_until:
    view.locks
      .map(({ until }) => until)
      .filter((until) => until !== null)
      .toSorted()
      .at(-1) ?? null,
  lock_causes: view.locks.map(({ cause }) => cause),
  roles: [...view.roles],
  country: view.country,
  // A person who was erased has no address left.
  address: view.email && toCanonicalAddress(view.email),
  first_name_key: normalizeForSearch(view.firstName),
  last_name_key: normalizeForSearch(view.lastName),
  email_key: normalizeForSearch(view.email),
  ...toSearchColumns(view, isRenamed),
  added_at: view.addedAt,
  last_login_at: view.lastLoginAt,
  restorable_until: view.canBeRestored ? view.restorableUntil : null,
  item: toStoredUserItem(view),
});

const userSeen = new FoldedTable<UserListTables['user_seen'], 'user_id'>({
  name: 'user_seen',
  key: ['user_id'],
  columns: { seen: 'replace' },
});

const userList = new FoldedTable<UserRow, 'account_id' | 'user_id'>({
  name: 'user_list',
  key: ['account_id', 'user_id'],
  columns: {
    status: 'replace',
    locked_for_good: 'replace',
    locked_until: 'replace',
    lock_causes: 'replace',
    roles: 'replace',
    country: 'replace',
    address: 'replace',
    first_name_key: 'replace',
    last_name_key: 'replace',
    email_key: 'replace',
    search: 'replace',
    search_grams: 'keepIfNull',
    added_at: 'replace',
    last_login_at: 'replace',
    restorable_until: 'replace',
    tags: 'replace',
    item: 'replace',
  },
});
