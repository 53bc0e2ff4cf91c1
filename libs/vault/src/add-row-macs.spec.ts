import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { convertToVaultWithoutRowMacs, dropRowMacs, versionWithoutRowMacs } from '../../../test/support/old-vault.js';
import { openVault, type Vault } from './index.js';

const key = Buffer.alloc(32, 7);
const untouched = { token: 0, session: 0, process: 0, password: 0, address: 0, owner_key: 0 };

let directory: string;
let vault: Vault;

const openExisting = (): Promise<Vault> => openVault({ directory, key, create: false });

/** Changes the vault's file as somebody does who has SQL access to it, but not the vault key. */
function attack(sql: string): void {
  const db = new DatabaseSync(join(directory, 'vault.db'));
  db.exec(sql);
  db.close();
}

const readVersion = (): unknown => {
  const db = new DatabaseSync(join(directory, 'vault.db'));
  const version = db.prepare('PRAGMA user_version').get()?.['user_version'];
  db.close();
  return version;
};

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'vault-'));
  vault = await openVault({ directory, key, create: true });
  await vault.tokens.save('h1', 'token-1');
  await vault.sessions.add('h1', {
    id: 's1',
    holder: 'ann',
    kind: 'user',
    revision: 3,
    startedAt: 1_000,
    usedAt: 2_000,
    authenticatedAt: 1_000,
    authenticatedBy: 'password',
    agent: 'Firefox',
  });
  await vault.passwords.save('ann', 'old', 'old hash of ann');
  await vault.passwords.save('ann', 'new', 'new hash of ann');
  await vault.passwords.save('bob', 'new', 'hash of bob');
  await vault.outbox.saveWithCheckpoint(undefined, 7, []);
});
afterEach(async () => {
  await vault.close();
  rmSync(directory, { recursive: true });
});

describe('a vault without row MACs', () => {
  const setBack = async (): Promise<void> => {
    await vault.close();
    const db = new DatabaseSync(join(directory, 'vault.db'));
    convertToVaultWithoutRowMacs(db, key);
    db.close();
  };

  it('gets them when it is opened, and keeps its keys', async () => {
    const { fingerprint } = vault;
    await setBack();
    vault = await openExisting();
    expect(vault.fingerprint).toBe(fingerprint);
    expect(await vault.tokens.findTokenId('h1')).toBe('token-1');
    expect(await vault.sessions.find('h1')).toMatchObject({ id: 's1', holder: 'ann', usedAt: 2_000 });
    expect(await Promise.all(['old', 'new'].map((command) => vault.passwords.find('ann', command)))).toEqual([
      'old hash of ann',
      'new hash of ann',
    ]);
    expect(await vault.outbox.findCheckpoint()).toBe(7);
    expect(vault.foreignRows).toEqual(untouched);
    attack("UPDATE session SET holder = 'bob' WHERE id = 's1'");
    expect(await vault.sessions.find('h1')).toBeUndefined();
  });

  it('has no checkpoint after the migration if it had none', async () => {
    await setBack();
    attack('DELETE FROM process');
    vault = await openExisting();
    expect(await vault.outbox.findCheckpoint()).toBeUndefined();
    attack('DELETE FROM process');
    await expect(vault.outbox.findCheckpoint()).rejects.toThrow('changed outside of Rollbook');
  });

  it('is migrated also if a password has the box of another user, which stays unknown', async () => {
    await setBack();
    attack(
      "UPDATE password SET box = (SELECT box FROM password WHERE user = 'bob') WHERE user = 'ann' AND command = 'new'",
    );
    vault = await openExisting();
    expect([await vault.passwords.find('ann', 'new'), await vault.passwords.find('ann', 'old')]).toEqual([
      undefined,
      'old hash of ann',
    ]);
    expect(vault.foreignRows).toEqual({ ...untouched, password: 1 });
  });

  it('is not changed by a start with another vault key', async () => {
    await setBack();
    await expect(openVault({ directory, key: Buffer.alloc(32, 8), create: false })).rejects.toThrow(
      'VAULT_KEY is not the key',
    );
    expect(readVersion()).toBe(versionWithoutRowMacs);
    vault = await openExisting();
    expect(await vault.tokens.findTokenId('h1')).toBe('token-1');
  });

  it('can not be made by SQL to have a start compute the MACs of inserted rows', async () => {
    await vault.close();
    attack(`${dropRowMacs}; INSERT INTO token VALUES ('h3', 'token-1')`);
    await expect(openExisting()).rejects.toThrow("the vault's version was changed outside of Rollbook");
    expect(readVersion()).toBe(versionWithoutRowMacs);
    vault = await openVault({ directory: mkdtempSync(join(directory, 'other-')), key, create: true });
  });
});
