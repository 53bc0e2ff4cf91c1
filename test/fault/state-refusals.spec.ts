import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { noObserver } from '#libs/kernel';
import { rewrapPostgresql, vaultInPostgresql } from '#libs/vault';
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
    await query(postgresql.url, 'update rollbook_state.version set version = 99, oldest = 99');
    await expect(place.open({ key, create: false })).rejects.toThrow(
      'is of version 99, made by a newer build, and names newer builds only: those of version 99 or later',
    );
  });

  it('if servers run whose build does not register, or a tool could leave out tables of a newer build', async () => {
    postgresql = await PostgresqlProcess.start();
    const place = placeOf(postgresql.url);
    await (await place.open({ key, create: true })).close();
    // What the build before had.
    await query(
      postgresql.url,
      `set search_path = rollbook_state; drop table event_format, server; alter table version drop column oldest;
       update version set version = 5; insert into lease values ('server:one', 'one', 1, clock_timestamp())`,
    );
    await expect(place.openForReading({ key })).rejects.toThrow('start the server of this build first');
    await expect(place.open({ key, create: false })).rejects.toThrow('servers of an earlier build are running');
    await query(postgresql.url, "update rollbook_state.lease set renewed_at = renewed_at - interval '7 s'");
    await (await place.open({ key, create: false })).close();
    // A newer build has extended the schema: this one works, but does not copy what it does not know.
    await query(postgresql.url, 'update rollbook_state.version set version = 7');
    const vault = await place.open({ key, create: false });
    expect(await vault.countServers()).toBe(0);
    const file = join(mkdtempSync(join(tmpdir(), 'state-')), 'vault.db');
    await expect(vault.copyTo(file)).rejects.toThrow('use the tools of the build that made it');
    await vault.close();
    const options = { url: postgresql.url, limitMs: 4_000, observer: noObserver };
    await expect(rewrapPostgresql(options, { from: key, to: Buffer.alloc(32, 8) })).rejects.toThrow('use the tools of');
    rmSync(dirname(file), { recursive: true });
  });
});
