import type { Session } from '#libs/vault';
import { describeEachVault } from './vault-fixture.js';

const times = { startedAt: 1, usedAt: 2, authenticatedAt: 1 };
const about = { revision: 3, authenticatedBy: 'link', agent: 'Fox' } as const;
const session: Session = { ...times, ...about, id: 's1', holder: 'ann', kind: 'user' };

describeEachVault('leak', (database) => {
  /** Returns what was made with the keys of the vault. */
  const make = () => {
    const { vault } = database;
    return {
      link: vault.hmac('link', 'x'),
      device: vault.hmac('device', 'x'),
      cursor: vault.seal('x', 'cursor:users').toString('base64'),
    };
  };
  const lasting = () => {
    const { vault } = database;
    return [
      vault.fingerprint,
      vault.hmac('email', 'x'),
      vault.hmac('digest', 'x'),
      vault.hmac('request', 'x'),
      vault.hmac('cookie', 'x'),
    ];
  };
  const unseal = (cursor: string) => database.vault.unseal(Buffer.from(cursor, 'base64'), 'cursor:users');

  test('OPS-26: a response to a leak changes the keys of links, devices and cursors, at once and for good', async () => {
    const [old, lastingBefore] = [make(), lasting()];
    await database.vault.leakResponse.begin('stolen');
    expect(() => unseal(old.cursor)).toThrow();
    const made = make();
    await database.reopen();
    const again = make();
    expect([again.link, again.device]).toEqual([made.link, made.device]);
    expect([made.link === old.link, made.device === old.device]).toEqual([false, false]);
    expect(unseal(made.cursor)).toBe('x');
    expect(lasting()).toEqual(lastingBefore);
  });

  test('OPS-26: a response that has not ended is continued with its id, its reason and its keys', async () => {
    expect(database.vault.leakResponse.unfinished).toBeUndefined();
    const begun = await database.vault.leakResponse.begin('stolen');
    expect(begun).toEqual({ id: expect.any(String), reason: 'stolen', generation: 1 });
    const { link } = make();
    await database.reopen();
    expect(await database.vault.leakResponse.begin('another reason')).toEqual(begun);
    expect(make().link).toBe(link);
    await database.vault.leakResponse.end();
    await database.reopen();
    expect(database.vault.leakResponse.unfinished).toBeUndefined();
    expect((await database.vault.leakResponse.begin('again')).id).not.toBe(begun.id);
    expect(make().link).not.toBe(link);
  });

  test('OPS-26: it forgets a key that was prepared for the log, and how many links were mailed', async () => {
    const { authentication, outbox, linkRequests, leakResponse } = database.vault;
    await authentication.prepareNext();
    await outbox.save(linkRequests.save('address', { count: 4, lastAt: 1_000 }));
    await leakResponse.begin('stolen');
    expect([authentication.isNextPrepared, await linkRequests.find('address')]).toEqual([false, undefined]);
  });

  test('OPS-26: after it, rows of sessions and tokens with the MACs of before are foreign', async () => {
    const { vault } = database;
    await vault.tokens.save('h1', 'token-1');
    await vault.sessions.add('h1', session);
    const rows = await Promise.all(['token', 'session'].map((table) => database.readRow(`SELECT mac FROM ${table}`)));
    const [tokenMac, sessionMac] = rows.map((row) => Buffer.from(row!['mac'] as Uint8Array).toString('hex'));
    await vault.tokens.delete('token-1');
    await vault.sessions.endAll('ann', 'ended-by-administrator', 5);
    await vault.leakResponse.replaceAccessRowKey();
    await database.attack(
      `INSERT INTO token (hash, id, mac) VALUES ('h1', 'token-1', x'${tokenMac}');
       INSERT INTO session (hash, id, holder, kind, revision, started_at, used_at, authenticated_at, authenticated_by, agent, mac)
       VALUES ('h1', 's1', 'ann', 'user', 3, 1, 2, 1, 'link', 'Fox', x'${sessionMac}')`,
    );
    expect([await vault.tokens.findTokenId('h1'), await vault.sessions.find('h1')]).toEqual([undefined, undefined]);
    expect(vault.foreignRows).toMatchObject({ token: 1, session: 1 });
    await vault.tokens.save('h2', 'token-2');
    await vault.sessions.add('h2', { ...session, id: 's2' });
    await database.reopen();
    expect([await database.vault.tokens.findTokenId('h2'), (await database.vault.sessions.find('h2'))?.id]).toEqual([
      'token-2',
      's2',
    ]);
  });

  test('sessions, tokens and users with a password are counted, and listed without their rows being checked', async () => {
    const { tokens, sessions, passwords } = database.vault;
    await database.attack("INSERT INTO token (hash, id, mac) VALUES ('h0', 'token-0', x'')");
    await tokens.save('h1', 'token-1');
    await tokens.save('h2', 'token-2');
    await sessions.add('h1', session);
    await sessions.add('h2', { ...session, id: 's2' });
    await sessions.add('h3', { ...session, id: 's3', holder: 'token-1', kind: 'access-token' });
    await passwords.save('ann', 'c1', 'a hash');
    await passwords.save('ann', 'c2', 'a hash');
    expect([await tokens.count(), await sessions.count(), await passwords.countUsers()]).toEqual([
      3,
      { user: 2, 'access-token': 1 },
      1,
    ]);
    expect(await tokens.listIds(2)).toEqual(['token-0', 'token-1']);
    expect(await sessions.listHolders(10)).toEqual([
      { holder: 'ann', kind: 'user' },
      { holder: 'token-1', kind: 'access-token' },
    ]);
    expect(await sessions.listHolders(1)).toHaveLength(1);
  });
});
