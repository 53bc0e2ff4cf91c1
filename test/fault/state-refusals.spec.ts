import { Client } from 'pg';
import { noObserver } from '#libs/kernel';
import { vaultInPostgresql } from '#libs/vault';
import { PostgresqlProcess, hasPostgresql } from '../support/postgresql-process.js';

if (!hasPostgresql) console.warn('PostgreSQL is not installed: what a vault in it refuses is not tested.');

const key = Buffer.alloc(32, 7);
const placeOf = (url: string) => vaultInPostgresql({ url, limitMs: 4_000, observer: noObserver });

async function query(url: string, sql: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  await client.query(sql);
  await client.end();
}

(hasPostgresql ? describe : describe.skip)('OPS-24: a vault in PostgreSQL is refused', () => {
  let postgresql: PostgresqlProcess | undefined;
  afterEach(() => {
    postgresql?.remove();
    postgresql = undefined;
  });

  it.each(['fsync', 'full_page_writes'])('if the server has %s off', async (setting) => {
    postgresql = await PostgresqlProcess.start(`${setting}=off`);
    await expect(placeOf(postgresql.url).open({ key, create: true })).rejects.toThrow(
      'fsync or full_page_writes off: it could lose keys',
    );
  });

  it('if it does not exist, was made with another key, or by a newer build', async () => {
    postgresql = await PostgresqlProcess.start();
    const place = placeOf(postgresql.url);
    await expect(place.open({ key, create: false })).rejects.toThrow('there is no durable state in the database');
    await (await place.open({ key, create: true })).close();
    const otherKey = Buffer.alloc(32, 8);
    await expect(place.open({ key: otherKey, create: false })).rejects.toThrow('VAULT_KEY is not the key');
    await query(postgresql.url, 'update rollbook_state.version set version = 99');
    await expect(place.open({ key, create: false })).rejects.toThrow('is of version 99, made by a newer build');
  });
});
