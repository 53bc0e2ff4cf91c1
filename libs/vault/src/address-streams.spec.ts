import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Refusal } from '#libs/kernel';
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

describe('the stream of an address', () => {
  it('is the first that was added, also after a restart', async () => {
    expect(await vault.addresses.find('a')).toBeUndefined();
    expect(await vault.addresses.findOrAdd('a', 'address-1')).toBe('address-1');
    expect(await vault.addresses.findOrAdd('a', 'address-2')).toBe('address-1');
    await vault.close();
    vault = await openExisting();
    expect(await vault.addresses.find('a')).toBe('address-1');
  });

  it('is the same for all who add one at the same time', async () => {
    const found = await Promise.all(['1', '2', '3'].map((id) => vault.addresses.findOrAdd('a', `address-${id}`)));
    expect(found).toEqual(['address-1', 'address-1', 'address-1']);
  });

  it.each([
    ['inserted', "INSERT INTO address VALUES ('b', 'address-1', zeroblob(32))"],
    ['moved to another address', "UPDATE address SET hmac = 'b'"],
    ['changed to another stream', "UPDATE address SET hmac = 'b', stream = 'address-2'"],
  ])('is refused, not given, if its row was %s by SQL', async (_, sql) => {
    await vault.addresses.findOrAdd('a', 'address-1');
    attack(sql);
    const refusal = expect.objectContaining({ code: 'log.tampered' }) as Refusal;
    await expect(vault.addresses.find('b')).rejects.toEqual(refusal);
    await expect(vault.addresses.findOrAdd('b', 'address-3')).rejects.toEqual(refusal);
    expect(vault.foreignRows.address).toBe(2);
  });
});

describe('the opaque name of an owner', () => {
  it('finds the key, and shows neither the owner nor the kind', async () => {
    const made = await vault.findOrCreateKey('user:ann');
    const name = vault.hideOwner('user:ann');
    expect(name).toMatch(/^key:[0-9a-f]{32}$/);
    expect(vault.hideOwner('user:bob')).not.toBe(name);
    await vault.close();
    vault = await openExisting();
    expect([vault.hideOwner('user:ann'), await findKey(name)]).toEqual([name, made]);
    expect(await findKey(vault.hideOwner('user:bob'))).toBeUndefined();
  });

  it('finds nothing but that the owner was erased', async () => {
    await vault.findOrCreateKey('user:ann');
    await vault.close();
    attack("UPDATE owner_key SET box = NULL, erased_at = '2026-01-01' WHERE owner = 'user:ann'");
    vault = await openExisting();
    expect(await findKey(vault.hideOwner('user:ann'))).toBe('erased');
  });
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
