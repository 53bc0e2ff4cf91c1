import type { Session } from '#libs/vault';
import { describeEachVault } from './vault-fixture.js';

const untouched = { token: 0, session: 0, process: 0, password: 0, address: 0, owner_key: 0 };

const session: Session = {
  id: 's1',
  holder: 'ann',
  kind: 'user',
  revision: 3,
  startedAt: 1_000,
  usedAt: 2_000,
  authenticatedAt: 1_000,
  authenticatedBy: 'password',
  agent: 'Firefox – 🦊\uD83E',
};

describeEachVault('rows', (database) => {
  beforeEach(async () => {
    await database.vault.tokens.save('h1', 'token-1');
    await database.vault.tokens.save('h2', 'token-2');
    await database.vault.sessions.add('h1', session);
    await database.vault.sessions.add('h2', { ...session, id: 's2', holder: 'bob' });
    await database.vault.passwords.save('ann', 'old', 'old hash of ann');
    await database.vault.passwords.save('ann', 'new', 'new hash of ann');
    await database.vault.passwords.save('bob', 'new', 'hash of bob');
    await database.vault.outbox.saveWithCheckpoint(undefined, 7, []);
    // The tokens are cached from their first use on.
    await database.reopen();
  });

  test('rows that Rollbook has written are not foreign, also after a restart', async () => {
    await database.vault.sessions.recordUse('s1', 3_000);
    await database.vault.sessions.recordAuthentication('s1', 4_000, 'link');
    await database.reopen();
    expect(await database.vault.sessions.find('h1')).toEqual({
      ...session,
      usedAt: 3_000,
      authenticatedAt: 4_000,
      authenticatedBy: 'link',
      agent: 'Firefox – 🦊\uFFFD',
    });
    expect((await database.vault.sessions.list('bob')).map(({ id }) => id)).toEqual(['s2']);
    expect([await database.vault.tokens.findTokenId('h1'), await database.vault.tokens.findTokenId('h2')]).toEqual([
      'token-1',
      'token-2',
    ]);
    expect(await database.vault.passwords.find('ann', 'new')).toBe('new hash of ann');
    expect(await database.vault.outbox.findCheckpoint()).toBe(7);
    expect(database.vault.foreignRows).toEqual(untouched);
  });

  describe('an access token', () => {
    it.each([
      ['without a MAC', "INSERT INTO token (hash, id, mac) VALUES ('h3', 'token-1', x'')"],
      ['with the MAC of another', "INSERT INTO token SELECT 'h3', id, mac FROM token WHERE hash = 'h1'"],
      ['with a MAC of zeros', "INSERT INTO token VALUES ('h3', 'token-1', zeroblob(32))"],
    ])('is unknown if its hash was inserted by SQL %s', async (_, sql) => {
      await database.attack(sql);
      expect(await database.vault.tokens.findTokenId('h3')).toBeUndefined();
      expect(database.vault.foreignRows).toEqual({ ...untouched, token: 1 });
      expect(await database.vault.tokens.findTokenId('h1')).toBe('token-1');
    });

    it('is unknown if its row was moved to another token or hash', async () => {
      await database.attack(
        "UPDATE token SET id = 'token-2' WHERE hash = 'h1'; UPDATE token SET hash = 'h3' WHERE hash = 'h2'",
      );
      expect(await Promise.all(['h1', 'h2', 'h3'].map((hash) => database.vault.tokens.findTokenId(hash)))).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      expect(database.vault.foreignRows).toEqual({ ...untouched, token: 2 });
    });

    it('is unknown if its row has the MAC of a session', async () => {
      await database.attack("UPDATE token SET mac = (SELECT mac FROM session WHERE hash = 'h1') WHERE hash = 'h1'");
      expect(await database.vault.tokens.findTokenId('h1')).toBeUndefined();
    });
  });

  describe('a session', () => {
    it.each([
      ['another secret', "hash = 'h3'"],
      ['another id', "id = 's3'"],
      ['another holder', "holder = 'bob'"],
      ['another kind', "kind = 'access-token'"],
      ['a later revision', 'revision = 4'],
      ['a later start', 'started_at = 1001'],
      ['a later use', 'used_at = 2001'],
      ['a later authentication', 'authenticated_at = 1001'],
      ['another way of authentication', "authenticated_by = 'token'"],
      ['another browser', "agent = ''"],
      ['text that is moved from one column to the next', "id = 's', holder = '1ann'"],
      ['no MAC', "mac = x''"],
      ['the MAC of another session', "mac = (SELECT mac FROM session WHERE id = 's2')"],
    ])('is unknown if it got %s by SQL', async (_, change) => {
      await database.attack(`UPDATE session SET ${change} WHERE id = 's1'`);
      const { hash, holder } = (await database.readRow("SELECT hash, holder FROM session WHERE id <> 's2'")) as Record<
        string,
        string
      >;
      expect(await database.vault.sessions.find(hash!)).toBeUndefined();
      expect((await database.vault.sessions.list(holder!)).map(({ id }) => id)).toEqual(holder === 'bob' ? ['s2'] : []);
      expect(database.vault.foreignRows).toEqual({ ...untouched, session: 2 });
    });

    it('is unknown if it was inserted by SQL', async () => {
      await database.attack(
        "INSERT INTO session (hash, id, holder, kind, revision, started_at, used_at, agent, authenticated_at, authenticated_by, mac) SELECT 'h3', 's3', 'bob', kind, revision, started_at, used_at, agent, authenticated_at, authenticated_by, mac FROM session WHERE id = 's1'",
      );
      expect(await database.vault.sessions.find('h3')).toBeUndefined();
      expect((await database.vault.sessions.list('bob')).map(({ id }) => id)).toEqual(['s2']);
    });

    it.each<[string, () => Promise<void>]>([
      ['use', () => database.vault.sessions.recordUse('s1', 9_000)],
      ['authentication', () => database.vault.sessions.recordAuthentication('s1', 9_000, 'password')],
    ])('gets no valid MAC by its next %s if it was changed by SQL', async (_, update) => {
      await database.attack("UPDATE session SET holder = 'bob' WHERE id = 's1'");
      const before = await database.readRow("SELECT * FROM session WHERE id = 's1'");
      await update();
      expect(await database.readRow("SELECT * FROM session WHERE id = 's1'")).toEqual(before);
      expect(await database.vault.sessions.find('h1')).toBeUndefined();
    });

    it('gets no valid MAC if a trigger changes it while its use is recorded', async () => {
      await database.attack(
        database.engine === 'SQLite'
          ? 'CREATE TRIGGER more AFTER UPDATE ON session BEGIN UPDATE session SET revision = 9 WHERE id = new.id; END'
          : `CREATE FUNCTION more() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.revision := 9; RETURN new; END $$;
             CREATE TRIGGER more BEFORE UPDATE ON session FOR EACH ROW EXECUTE FUNCTION more()`,
      );
      await database.vault.sessions.recordUse('s1', 9_000);
      expect(await database.readRow("SELECT revision FROM session WHERE id = 's1'")).toEqual({ revision: 9 });
      expect(await database.vault.sessions.find('h1')).toBeUndefined();
    });

    it.each<[string, string, () => Promise<unknown>]>([
      ['secret', 'hash', async () => (await database.vault.sessions.find('h2'))?.id],
      ['holder', 'holder', async () => (await database.vault.sessions.list('bob')).find(({ id }) => id === 's1')?.id],
    ])(
      'is not found by another %s if the table was replaced by a view that shows two values',
      async (_, column, find) => {
        const [own, other] = column === 'hash' ? ['h1', 'h2'] : ['ann', 'bob'];
        // SQLite evaluates the column once for the condition and once for the result.
        await database.attack(`ALTER TABLE session RENAME TO stolen; CREATE VIEW session AS
        SELECT ${['hash', 'id', 'holder', 'kind', 'revision', 'started_at', 'used_at', 'agent', 'authenticated_at', 'authenticated_by', 'mac'].map((name) => (name === column ? `CASE random() & 1 WHEN 0 THEN '${own}' ELSE '${other}' END AS ${name}` : name)).join(', ')} FROM stolen WHERE id = 's1'`);
        expect((await Promise.all(Array.from({ length: 100 }, find))).filter((id) => id !== undefined)).toEqual([]);
      },
    );

    it('ends for its holder, also while foreign rows name the same holder', async () => {
      await database.attack("UPDATE session SET holder = 'ann' WHERE id = 's2'");
      await database.vault.sessions.endAll('ann', 'ended-by-user', 5_000);
      expect([await database.vault.sessions.find('h1'), await database.vault.sessions.find('h2')]).toEqual([
        undefined,
        undefined,
      ]);
    });
  });

  describe('a password', () => {
    const copyBox = (user: string, command: string): string =>
      `UPDATE password SET box = (SELECT box FROM password WHERE "user" = '${user}' AND command = '${command}') WHERE "user" = 'ann' AND command = 'new'`;

    it.each([
      ['an older one of the same user', copyBox('ann', 'old')],
      ['one of another user', copyBox('bob', 'new')],
      [
        'an older one in a row of the new command',
        `DELETE FROM password WHERE "user" = 'ann' AND command = 'new'; UPDATE password SET command = 'new' WHERE "user" = 'ann' AND command = 'old'`,
      ],
      ['an invented one', `UPDATE password SET box = zeroblob(60) WHERE "user" = 'ann' AND command = 'new'`],
      ['an empty one', `UPDATE password SET box = x'' WHERE "user" = 'ann' AND command = 'new'`],
    ])('is unknown if its box was replaced by %s', async (_, sql) => {
      await database.attack(sql);
      expect(await database.vault.passwords.find('ann', 'new')).toBeUndefined();
      expect(await database.vault.passwords.find('bob', 'new')).toBe('hash of bob');
      expect(database.vault.foreignRows).toEqual({ ...untouched, password: 1 });
    });
  });

  describe('the checkpoint of the mails', () => {
    it.each([
      ['lowered', 'UPDATE process SET position = 1'],
      ['raised', 'UPDATE process SET position = 9'],
      ['deleted', 'DELETE FROM process'],
      ['set back to the beginning', 'UPDATE process SET position = -1'],
      ['left without a MAC', "UPDATE process SET mac = x''"],
    ])('is not given, but reported, if it was %s by SQL', async (_, sql) => {
      await database.attack(sql);
      await expect(database.vault.outbox.findCheckpoint()).rejects.toThrow(
        expect.objectContaining({ code: 'vault.foreign-checkpoint' }),
      );
      expect(database.vault.foreignRows).toEqual({ ...untouched, process: 1 });
    });

    it('does not get a valid MAC by a restore', async () => {
      await database.attack('UPDATE process SET position = 9');
      await database.vault.lowerCheckpoints(5);
      expect(await database.readRow('SELECT position FROM process')).toEqual({ position: 9 });
      await expect(database.vault.outbox.findCheckpoint()).rejects.toThrow('changed outside of Rollbook');
    });
  });
});
