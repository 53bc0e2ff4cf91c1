import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { DomainEvent, Recorded } from '#libs/kernel';
import { openReadStore, openTemporaryReadStore, type ReadStore } from '#libs/read-store';
import { userEvent } from '#libs/users';
import { UserListProjection, type UserListTables } from '../../libs/users/src/read/user-list.projection.js';
import { createDatabase } from './database.js';

let position = 0;

/** That such a user was added to an account, as it stands in the log. */
export function added(account: string, person: { firstName: string; lastName: string; email?: string }): Recorded {
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

/** What happened to this user next. */
export const next = (event: Recorded, { type, data }: DomainEvent): Recorded => ({
  ...event,
  id: randomUUID(),
  type,
  data,
  revision: event.revision + 1,
  position: ++position,
});

/** A user list without a server, and the events that it is built from. */
export class UserLog {
  readonly db: Kysely<UserListTables>;

  private constructor(
    private readonly store: ReadStore,
    private readonly drop: () => Promise<void>,
  ) {
    this.db = store.db as Kysely<UserListTables>;
  }

  static async open(store: ReadStore, drop = async () => {}): Promise<UserLog> {
    await UserListProjection.create(store.db);
    return new UserLog(store, drop);
  }

  async record(...events: Recorded[]): Promise<void> {
    while (events.length > 0) {
      const batch = events.splice(0, 500);
      await this.store.db.transaction().execute((tx) => UserListProjection.apply(batch, tx));
    }
  }

  async close(): Promise<void> {
    await this.store.close();
    await this.drop();
  }
}

const { DATABASE_URL } = process.env;

/** How to open a user list on each engine that there is. */
export const userLogs: readonly (readonly [engine: string, open: () => Promise<UserLog>])[] = [
  ['PGlite', async () => UserLog.open(await openTemporaryReadStore())],
  ...(DATABASE_URL ? [['PostgreSQL', () => openOnPostgresql(DATABASE_URL)] as const] : []),
];

async function openOnPostgresql(server: string): Promise<UserLog> {
  const database = await createDatabase(server);
  return UserLog.open(
    await openReadStore({
      directory: '',
      databaseUrl: database.url,
      log: { installation: 'one', namespace: 'users', restored: '' },
    }),
    () => database.drop(),
  );
}
