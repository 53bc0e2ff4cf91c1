import { Refusal } from '#libs/kernel';
import type { Vault } from '#libs/vault';
import { describeEachVault } from './vault-fixture.js';

describeEachVault('addresses', (database) => {
  const findKey = async (owner: ReturnType<Vault['hideOwner']>) => (await database.vault.findKeys([owner])).get(owner);

  describe('the stream of an address', () => {
    it('is the first that was added, also after a restart', async () => {
      expect(await database.vault.addresses.find('a')).toBeUndefined();
      expect(await database.vault.addresses.findOrAdd('a', 'address-1')).toBe('address-1');
      expect(await database.vault.addresses.findOrAdd('a', 'address-2')).toBe('address-1');
      await database.reopen();
      expect(await database.vault.addresses.find('a')).toBe('address-1');
    });

    it('is the same for all who add one at the same time', async () => {
      const found = await Promise.all(
        ['1', '2', '3'].map((id) => database.vault.addresses.findOrAdd('a', `address-${id}`)),
      );
      expect(new Set(found).size).toBe(1);
      expect(await database.vault.addresses.find('a')).toBe(found[0]);
    });

    it.each([
      ['inserted', "INSERT INTO address VALUES ('b', 'address-1', zeroblob(32))"],
      ['moved to another address', "UPDATE address SET hmac = 'b'"],
      ['changed to another stream', "UPDATE address SET hmac = 'b', stream = 'address-2'"],
    ])('is refused, not given, if its row was %s by SQL', async (_, sql) => {
      await database.vault.addresses.findOrAdd('a', 'address-1');
      await database.attack(sql);
      const refusal = expect.objectContaining({ code: 'log.tampered' }) as Refusal;
      await expect(database.vault.addresses.find('b')).rejects.toEqual(refusal);
      await expect(database.vault.addresses.findOrAdd('b', 'address-3')).rejects.toEqual(refusal);
      expect(database.vault.foreignRows.address).toBe(2);
    });
  });

  describe('the opaque name of an owner', () => {
    it('finds the key, and shows neither the owner nor the kind', async () => {
      const made = await database.vault.findOrCreateKey('user:ann');
      const name = database.vault.hideOwner('user:ann');
      expect(name).toMatch(/^key:[0-9a-f]{32}$/);
      expect(database.vault.hideOwner('user:bob')).not.toBe(name);
      await database.reopen();
      expect([database.vault.hideOwner('user:ann'), await findKey(name)]).toEqual([name, made]);
      expect(await findKey(database.vault.hideOwner('user:bob'))).toBeUndefined();
    });

    it('finds nothing but that the owner was erased', async () => {
      await database.vault.findOrCreateKey('user:ann');
      await database.attack("UPDATE owner_key SET box = NULL, erased_at = '2026-01-01' WHERE owner = 'user:ann'");
      await database.reopen();
      expect(await findKey(database.vault.hideOwner('user:ann'))).toBe('erased');
    });
  });
});
