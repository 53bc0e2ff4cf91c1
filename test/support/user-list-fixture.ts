import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { DomainEvent, Recorded } from '#libs/kernel';
import { applyEvents, openReadStore, openTemporaryReadStore, type ReadStore } from '#libs/read-store';
import { userEvent } from '#libs/users';
import { UserListProjection, type UserListTables } from '../../libs/users/src/read/user-list.projection.js';
import { createDatabase } from './database.js';

let position = 0;

/** Returns the recorded event that adds a new user to an account. */
export function userAddedEvent(
  account: string,
  person: { firstName: string; lastName: string; email?: string },
): Recorded {
  const id = randomUUID();
  const { type, data } = userEvent('UserAdded', {
    email: `u${position}@corp.example`,
    country: 'DE',
    status: 'active',
    account,
    ...person,
  });
  const envelope = {
    correlationId: id,
    causationId: id,
    actor: { id, kind: 'operator' },
    subject: { kind: 'user', id },
    account,
    at: '2026-01-01T00:00:00.000Z',
    schema: 1,
  } as const;
  return { id, type, data, stream: `user-${id}`, revision: 0, position: ++position, envelope };
}

/** Returns a recorded event that follows `event` in the same stream. */
export const nextEvent = (event: Recorded, { type, data }: DomainEvent): Recorded => ({
  ...event,
  id: randomUUID(),
  type,
  data,
  revision: event.revision + 1,
  position: ++position,
});

/** A user list that tests fill with events, without a server. */
export class UserListFixture {
  readonly db: Kysely<UserListTables>;
  /** The same tables, for statements that may take longer than a query. */
  readonly batchDb: Kysely<UserListTables>;

  private constructor(
    private readonly store: ReadStore,
    private readonly drop: () => Promise<void>,
  ) {
    this.db = store.db as Kysely<UserListTables>;
    this.batchDb = store.batchDb as Kysely<UserListTables>;
  }

  static async open(store: ReadStore, drop = async () => {}): Promise<UserListFixture> {
    await UserListProjection.createTables(store.db);
    await UserListProjection.createIndexes!(store.db);
    return new UserListFixture(store, drop);
  }

  /** Applies events to the list in batches of 500. */
  async apply(...events: Recorded[]): Promise<void> {
    while (events.length > 0) {
      const batch = events.splice(0, 500);
      await this.store.db
        .transaction()
        .execute((tx) => applyEvents([{ projection: UserListProjection, events: batch }], tx));
    }
  }

  async close(): Promise<void> {
    await this.store.close();
    await this.drop();
  }
}

const { DATABASE_URL } = process.env;

/** Opens a user list on each available engine: PGlite, and PostgreSQL if DATABASE_URL is set. */
export const userListFixtures: readonly (readonly [engine: string, open: () => Promise<UserListFixture>])[] = [
  ['PGlite', async () => UserListFixture.open(await openTemporaryReadStore())],
  ...(DATABASE_URL ? [['PostgreSQL', () => openOnPostgresql(DATABASE_URL)] as const] : []),
];

async function openOnPostgresql(server: string): Promise<UserListFixture> {
  const database = await createDatabase(server);
  return UserListFixture.open(
    await openReadStore({
      directory: '',
      databaseUrl: database.url,
      log: { installation: 'one', namespace: 'users', restored: '' },
    }),
    () => database.drop(),
  );
}
