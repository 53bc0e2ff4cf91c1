import type { Vault } from '#libs/vault';

/** Fills every table of a new vault. Returns what a spec compares, and how many boxes there are under the vault key. */
export async function fillVault(vault: Vault, keys = 20) {
  const owners = Array.from({ length: keys }, (_, nth) => `user:${nth}` as const);
  const made = await Promise.all(owners.map((owner) => vault.findOrCreateKey(owner)));
  await vault.tokens.save('h1', 'token-1');
  await vault.tokenUses.save(new Map([['token-1', 1_000]]));
  await vault.passwords.save('ann', 'c1', 'a hash');
  const times = { startedAt: 1, usedAt: 2, authenticatedAt: 1 };
  const about = { holder: 'ann', kind: 'user', revision: 3, authenticatedBy: 'link', agent: 'Fox – 🦊' } as const;
  await vault.sessions.add('h1', { ...times, ...about, id: 's1' });
  await vault.sessions.add('h2', { ...times, ...about, id: 's2' });
  await vault.sessions.end('ann', 's2', 'ended-by-user', 5);
  await vault.addresses.findOrAdd('a', 'address-1');
  await vault.witness.saveAccepted('n-3', { revision: 1, events: [[0, 0]], position: 4 });
  await vault.witness.save({
    state: { ...vault.witness.state, position: 9 },
    foreign: [{ stream: 'n-1', revision: 3, position: 8, type: 'Forged' }],
    changedStreams: [{ stream: 'n-2', position: 9 }],
  });
  const { outbox, pendingApprovals, approvalNotices, linkRequests } = vault;
  await outbox.saveWithCheckpoint(undefined, 7, [
    ...outbox.enqueue({ id: 'm1', kind: 'password-link', user: 'ann', about: 'r', since: 1 }),
    ...pendingApprovals.add('ann', 'acme', 100),
    ...approvalNotices.add('ann', 'acme', 50),
    ...linkRequests.save('x', { count: 1, lastAt: 2 }),
  ]);
  await vault.bulkDigests.findOrSave('c1', 'one');
  await vault.writtenFormats.check({ name: '1.0', formats: { UserAdded: 1 } }, [{ type: 'UserAdded', schema: 1 }]);
  return {
    fingerprint: vault.fingerprint,
    key: made[1],
    authenticationKey: vault.authentication.current.key.export(),
    // The owners' keys, the key of hashes, the row about the log, a password, an acceptance, a range, a changed stream.
    boxes: keys + 6,
  };
}
