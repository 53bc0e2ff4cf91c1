import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { readConfig } from '../../apps/server/src/config.js';
import { rewrapState } from '../../apps/server/src/rewrap-state.js';
import { vaultPlace } from '../../apps/server/src/vault-place.js';
import { useDatabase } from './read-store-fixture.js';
import { fillVault } from './filled-vault.js';

const oldKey = Buffer.alloc(32, 7);
const newKey = Buffer.alloc(32, 9);
const url = useDatabase('rewrap');
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vault-'));
});
afterEach(async () => {
  rmSync(directory, { recursive: true });
  if (url) await dropState(url);
});

async function dropState(databaseUrl: string): Promise<void> {
  const client = new Client(databaseUrl);
  await client.connect();
  await client.query('drop schema if exists rollbook_state cascade');
  await client.end();
}

const shared = { EVENTSTORE_URL: 'esdb://localhost:1', DATABASE_URL: url!, STATE_URL: url!, MAIL_DIR: '/tmp' };

describe.each([['SQLite', {}], ...(url ? [['PostgreSQL', shared] as const] : [])] as readonly (readonly [
  string,
  Record<string, string>,
])[])('on %s', (_, settings) => {
  const configWith = (environment: Record<string, string>) =>
    readConfig({ DATA_DIR: directory, ...settings, ...environment });

  it('wraps all secrets under another key, and none opens with the old one', async () => {
    const config = configWith({ VAULT_KEY: oldKey.toString('hex') });
    const place = vaultPlace(config);
    const vault = await place.open({ key: oldKey, create: true });
    const made = await fillVault(vault);
    await vault.close();
    expect(await rewrapState(config, newKey.toString('base64'))).toEqual({ count: made.boxes });
    await expect(place.open({ key: oldKey, create: false })).rejects.toThrow('VAULT_KEY is not the key');
    const rewrapped = await place.open({ key: newKey, create: false });
    expect([
      rewrapped.fingerprint,
      (await rewrapped.findKeys(['user:1'])).get('user:1'),
      await rewrapped.passwords.find('ann', 'c1'),
      rewrapped.witness.listIncidents(10).length,
      rewrapped.witness.findAccepted('n-3')?.revision,
      rewrapped.authentication.current.key.export(),
    ]).toEqual([made.fingerprint, made.key, 'a hash', 2, 1, made.authenticationKey]);
    expect(Object.values(rewrapped.foreignRows).every((count) => count === 0)).toBe(true);
    await rewrapped.close();
  });

  it('refuses a wrong or missing key, and leaves the vault as it is', async () => {
    const config = configWith({ VAULT_KEY: oldKey.toString('hex') });
    const place = vaultPlace(config);
    await (await place.open({ key: oldKey, create: true })).close();
    await expect(rewrapState(config, undefined)).rejects.toThrow('Give the new key in NEW_VAULT_KEY');
    await expect(rewrapState(config, 'short')).rejects.toThrow('NEW_VAULT_KEY must be 64 hexadecimal digits');
    await expect(rewrapState(configWith({ VAULT_KEY: '5'.repeat(64) }), '6'.repeat(64))).rejects.toThrow(
      'VAULT_KEY is not the key',
    );
    await (await place.open({ key: oldKey, create: false })).close();
  });
});

it('replaces the file of the key, also after it was cut short', async () => {
  const file = join(directory, 'vault.key');
  writeFileSync(file, oldKey.toString('hex'));
  const config = readConfig({ DATA_DIR: directory });
  const place = vaultPlace(config);
  await (await place.open({ key: oldKey, create: true })).close();
  expect((await rewrapState(config, undefined)).count).toBeGreaterThan(0);
  const first = readFileSync(file, 'utf8').trim();
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  // Cut short between the commit and the rename.
  writeFileSync(`${file}.next`, first);
  writeFileSync(file, oldKey.toString('hex'));
  expect(await rewrapState(config, undefined)).toEqual({ count: 0, keyFile: file });
  expect([readFileSync(file, 'utf8').trim(), existsSync(`${file}.next`)]).toEqual([first, false]);
  await (await place.open({ key: Buffer.from(first, 'hex'), create: false })).close();
});
