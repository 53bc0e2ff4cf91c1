import type { Recorded, StoreProblem } from '#libs/kernel';
import { openReadStore, type Projection, type ReadStore, type SubscribeToLog } from '#libs/read-store';
import { sql } from 'kysely';
import { EventEmitter, once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { Client } from 'pg';
import { writeAtOnce } from '../support/write-at-once.js';

export const log = { installation: 'one', namespace: 'rollbook', restored: '' };

/** A temporary directory; exists while the tests of a file run. */
export let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rollbook-read-store-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** A log in memory. Positions are 10, 20, 30, …: they have gaps, like EventStoreDB's. */
export class MemoryLog {
  readonly events: Recorded[] = [];
  readonly #grown = new EventEmitter();
  /** The start position of each subscription. */
  readonly starts: (number | undefined)[] = [];
  /** While true, subscriptions fail. */
  away = false;

  append(type: string, ...ids: string[]): number {
    for (const id of ids) {
      const position = (this.events.length + 1) * 10;
      const rest = { id: String(position), stream: `user-${id}`, revision: 0, position };
      this.events.push({ ...rest, type, data: { id }, envelope: {} as Recorded['envelope'] });
    }
    this.#grown.emit('grown');
    return this.events.length * 10;
  }

  readonly subscribe: SubscribeToLog = async function* (
    this: MemoryLog,
    from: number | undefined,
    signal: AbortSignal,
  ) {
    this.starts.push(from);
    let next = (from ?? 0) / 10;
    for (;;) {
      if (this.away) throw new Error('away');
      while (next < this.events.length) yield { kind: 'event', event: this.events[next++]! } as const;
      yield { kind: 'caughtUp' } as const;
      await once(this.#grown, 'grown', { signal });
    }
  }.bind(this);
}

/** Stores each event with the one before it; the primary key forbids to apply an event twice. */
export const eventOrder = (version = 1): Projection => ({
  name: 'event-order',
  version,
  tables: ['event_order'],
  createTables: (db) =>
    db.schema
      .createTable('event_order')
      .addColumn('position', 'bigint', (column) => column.primaryKey())
      .addColumn('after', 'bigint')
      .addColumn('version', 'integer')
      .execute(),
  events: ['UserAdded', 'UserDeleted'],
  begin: writeAtOnce(async (events, tx) => {
    for (const { position } of events)
      await sql`insert into event_order select ${position}, max(position), ${version} from event_order`.execute(tx);
  }),
});

/** The most recent value for each id, and an index for it; several batches write the same row. */
export const lastEvents = (version = 1): Projection => ({
  name: 'last-events',
  version,
  tables: ['last_event'],
  createTables: async (db) =>
    void (await sql`create table last_event (id text primary key, position bigint not null, events integer not null)`.execute(
      db,
    )),
  createIndexes: async (db) => void (await sql`create index last_event_position on last_event (position)`.execute(db)),
  events: ['UserAdded', 'UserDeleted'],
  begin: writeAtOnce(async (events, tx) => {
    for (const { position, data } of events)
      await sql`
        insert into last_event values (${(data as { id: string }).id}, ${position}, 1)
        on conflict (id) do update set position = excluded.position, events = last_event.events + 1`.execute(tx);
  }),
});

/** Fails at a user whose row exists, as any projection fails at a constraint. */
export const users: Projection = {
  name: 'users',
  version: 1,
  tables: ['users'],
  createTables: (db) =>
    db.schema
      .createTable('users')
      .addColumn('id', 'text', (column) => column.notNull().unique())
      .execute(),
  events: ['UserAdded'],
  begin: writeAtOnce(async (events, tx) => {
    await tx
      .insertInto('users')
      .values(events.map(({ data }) => data))
      .execute();
  }),
};

/** Waits until the condition is true; Jest's time-out ends it. */
export async function waitUntil(condition: () => unknown): Promise<void> {
  while (!(await condition())) await setImmediate();
}

/** Records what a store's observer is told, one word each. */
export function recordObserver() {
  const told: string[] = [];
  const observer = {
    failed: ({ code }: StoreProblem) => void told.push(code),
    recovered: () => void told.push('recovered'),
  };
  return { told, observer };
}

export const unavailable = expect.objectContaining({ code: 'read-store.unavailable', kind: 'unavailable' });

const { DATABASE_URL } = process.env;

/** Creates a database while the tests of a `describe` run. Returns its URL; undefined without DATABASE_URL. */
export function useDatabase(suffix: string): string | undefined {
  if (!DATABASE_URL) {
    console.info('DATABASE_URL is not set: the read store is tested on PGlite only.');
    return undefined;
  }
  const name = `rollbook_test_${process.pid}_${suffix}`;
  async function execute(statement: string) {
    const client = new Client(DATABASE_URL);
    await client.connect();
    await client.query(statement);
    await client.end();
  }
  beforeAll(() => execute(`create database ${name}`));
  afterAll(() => execute(`drop database ${name} with (force)`));
  return Object.assign(new URL(DATABASE_URL), { pathname: `/${name}` }).href;
}

/** Runs a suite on PGlite and, with DATABASE_URL, on PostgreSQL. */
export function describeEachReadStore(
  suffix: string,
  suite: (open: (projections?: readonly Projection[]) => Promise<ReadStore>) => void,
): void {
  describe('PGlite', () => suite((projections = []) => openReadStore({ directory, log, projections })));
  describe('PostgreSQL', () => {
    const databaseUrl = useDatabase(suffix);
    if (databaseUrl) suite((projections = []) => openReadStore({ directory, databaseUrl, log, projections }));
    else it.skip('needs DATABASE_URL', () => {});
  });
}

/** Drops the tables of all projections, and their checkpoints, leases and uses. */
export async function resetProjections({ batchDb }: ReadStore): Promise<void> {
  await sql`drop table if exists event_order, users`.execute(batchDb);
  for (const { schema } of await batchDb.selectFrom('projection_version').select('schema').execute())
    await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(batchDb);
  for (const table of ['projection_version', 'projection_use', 'lease']) await batchDb.deleteFrom(table).execute();
}
