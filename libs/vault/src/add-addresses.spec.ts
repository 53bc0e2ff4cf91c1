import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { dropAddresses } from '../../../test/support/old-vault.js';
import { openVault, type Vault } from './index.js';
import type { HiddenOwner } from './owner-keys.js';

const key = Buffer.alloc(32, 7);
let directory: string;
let vault: Vault;

const openExisting = (): Promise<Vault> => openVault({ directory, key, create: false });

const findKey = async (owner: HiddenOwner) => (await vault.findKeys([owner])).get(owner);

/** Changes the vault's file as somebody does who has SQL access to it, but not the vault key. */
function attack(sql: string): void {
  const db = new DatabaseSync(join(directory, 'vault.db'));
  db.exec(sql);
  db.close();
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'vault-'));
  vault = await openVault({ directory, key, create: true });
});
afterEach(async () => {
  await vault.close();
  rmSync(directory, { recursive: true });
});

describe('a vault of a build without the table of addresses', () => {
  it('gets it, and a name for each key', async () => {
    const made = await vault.findOrCreateKey('user:ann');
    expect(vault.authentication.mustTakeOver).toBe(false);
    await vault.close();
    attack(dropAddresses);
    vault = await openExisting();
    expect(await findKey(vault.hideOwner('user:ann'))).toEqual(made);
    expect(await vault.addresses.findOrAdd('a', 'address-1')).toBe('address-1');
  });

  it('can not be made by setting the version of a vault back', async () => {
    await vault.close();
    attack('PRAGMA user_version = 3');
    await expect(openExisting()).rejects.toThrow("the vault's version was changed outside of Rollbook");
    attack('PRAGMA user_version = 4');
    vault = await openExisting();
  });
});
