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

const openExisting = (): Vault => openVault({ directory, key, create: false });

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

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vault-'));
  vault = openVault({ directory, key, create: true });
  vault.tokens.save('h1', 'token-1');
  vault.sessions.add('h1', {
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
  vault.passwords.save('ann', 'old', 'old hash of ann');
  vault.passwords.save('ann', 'new', 'new hash of ann');
  vault.passwords.save('bob', 'new', 'hash of bob');
  vault.outbox.saveWithCheckpoint(7, () => {});
});
afterEach(() => {
  vault.close();
  rmSync(directory, { recursive: true });
});

describe('a vault without row MACs', () => {
  const setBack = (): void => {
    vault.close();
    const db = new DatabaseSync(join(directory, 'vault.db'));
    convertToVaultWithoutRowMacs(db, key);
    db.close();
  };

  it('gets them when it is opened, and keeps its keys', () => {
    const { fingerprint } = vault;
    setBack();
    vault = openExisting();
    expect(vault.fingerprint).toBe(fingerprint);
    expect(vault.tokens.findTokenId('h1')).toBe('token-1');
    expect(vault.sessions.find('h1')).toMatchObject({ id: 's1', holder: 'ann', usedAt: 2_000 });
    expect(['old', 'new'].map((command) => vault.passwords.find('ann', command))).toEqual([
      'old hash of ann',
      'new hash of ann',
    ]);
    expect(vault.outbox.checkpoint).toBe(7);
    expect(vault.foreignRows).toEqual(untouched);
    attack("UPDATE session SET holder = 'bob' WHERE id = 's1'");
    expect(vault.sessions.find('h1')).toBeUndefined();
  });

  it('has no checkpoint after the migration if it had none', () => {
    setBack();
    attack('DELETE FROM process');
    vault = openExisting();
    expect(vault.outbox.checkpoint).toBeUndefined();
    attack('DELETE FROM process');
    expect(() => vault.outbox.checkpoint).toThrow('changed outside of Rollbook');
  });

  it('is migrated also if a password has the box of another user, which stays unknown', () => {
    setBack();
    attack(
      "UPDATE password SET box = (SELECT box FROM password WHERE user = 'bob') WHERE user = 'ann' AND command = 'new'",
    );
    vault = openExisting();
    expect([vault.passwords.find('ann', 'new'), vault.passwords.find('ann', 'old')]).toEqual([
      undefined,
      'old hash of ann',
    ]);
    expect(vault.foreignRows).toEqual({ ...untouched, password: 1 });
  });

  it('is not changed by a start with another vault key', () => {
    setBack();
    expect(() => openVault({ directory, key: Buffer.alloc(32, 8), create: false })).toThrow('VAULT_KEY is not the key');
    expect(readVersion()).toBe(versionWithoutRowMacs);
    vault = openExisting();
    expect(vault.tokens.findTokenId('h1')).toBe('token-1');
  });

  it('can not be made by SQL to have a start compute the MACs of inserted rows', () => {
    vault.close();
    attack(`${dropRowMacs}; INSERT INTO token VALUES ('h3', 'token-1')`);
    expect(openExisting).toThrow("the vault's version was changed outside of Rollbook");
    expect(readVersion()).toBe(versionWithoutRowMacs);
    vault = openVault({ directory: mkdtempSync(join(directory, 'other-')), key, create: true });
  });
});
