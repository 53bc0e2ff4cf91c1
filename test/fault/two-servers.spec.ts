import { setTimeout as pause } from 'node:timers/promises';
import type { Api } from '../support/api.js';
import { listenToChanges, type LiveChanges } from '../support/live-changes.js';
import { linkSecretIn } from '../support/mail-server.js';
import { password } from '../support/people.js';
import { hasPostgresql } from '../support/postgresql-process.js';
import { expectSoon, startServerPair, type ServerPair } from '../support/server-pair.js';
import { expectStatus, issueTokenFor, openTestAccount, type TestAccount } from '../support/server.js';

if (!hasPostgresql) console.warn('PostgreSQL is not installed: two servers are not tested.');

/** Through which server something is done, and through which it is looked at. */
const directions = [
  ['the holder of the leases', 'the follower', 0, 1],
  ['the follower', 'the holder of the leases', 1, 0],
] as const;
/** A server that was stopped longer than this has lost its leases, ms. */
const beyondLease = 8_000;

(hasPostgresql ? describe : describe.skip)('two servers', () => {
  let pair: ServerPair;
  let account: TestAccount;

  beforeAll(async () => {
    pair = await startServerPair();
    account = await openTestAccount(pair.members[0]);
  }, 120_000);
  afterAll(() => pair.close());

  const operatorAt = (nth: 0 | 1) => pair.members[nth].operator;
  const userPath = (id: string) => account.path(`/users/${id}`);

  /** Adds a user through one server. */
  async function addUserAt(nth: 0 | 1, fields: object = {}): Promise<{ id: string; email: string; position: number }> {
    const email = `user-${crypto.randomUUID()}@${account.domain}`;
    const person = { email, firstName: 'Grace', lastName: 'Hopper', country: 'US', ...fields };
    const { body, position } = expectStatus(201, await operatorAt(nth).post(account.path('/users'), person));
    return { id: body.userId, email, position };
  }

  /** Adds a user with a password. */
  async function addPerson(): Promise<{ id: string; email: string }> {
    const user = await addUserAt(0);
    const [mail] = await pair.mails.waitForMails(user.email);
    const confirmed = { link: linkSecretIn(mail!), password };
    expectStatus(200, await operatorAt(0).inBrowser().post('/password-resets/confirm', confirmed));
    return user;
  }

  const logIn = (nth: 0 | 1, email: string, typed = password) =>
    operatorAt(nth).inBrowser().post('/login', { email, password: typed });

  describe.each(directions)('%s writes, %s', (_writer, _reader, writer, reader) => {
    it('OPS-24: shows the change in lists, pages, history and audit at its position', async () => {
      for (const lastName of ['Abel', 'Bell', 'Cole']) {
        const { id, position } = await addUserAt(writer, { lastName });
        const headers = { 'rollbook-min-position': String(position) };
        const get = async (path: string) => expectStatus(200, await operatorAt(reader).get(path, headers)).body;
        expect((await get(account.path(`/users?search=${lastName}`))).items).toContainEqual(
          expect.objectContaining({ userId: id }),
        );
        expect(await get(userPath(id))).toMatchObject({ userId: id, lastName });
        expect((await get(`${userPath(id)}/history`)).items).toMatchObject([{ action: 'user.added' }]);
        expect((await get('/audit?limit=1')).items).toMatchObject([{ action: 'user.added', subject: { id } }]);
      }
    });

    it('OPS-24: reports it to open pages', async () => {
      const changes = await listenToChanges(operatorAt(reader), account.path('/changes'));
      expect(await changes.next()).toMatchObject({ event: 'ready' });
      const { id } = await addUserAt(writer);
      expect(await changes.next()).toMatchObject({ event: 'changed', data: { userIds: [id] } });
      expectStatus(200, await operatorAt(writer).post(`${userPath(id)}/lock`));
      await untilReported(changes, [id]);
      changes.leave();
    });

    it('OPS-24: a client that reconnects to the other server misses nothing', async () => {
      const first = await listenToChanges(operatorAt(writer), account.path('/changes'));
      await first.next();
      const seen = await addUserAt(writer);
      const last = await untilReported(first, [seen.id]);
      first.leave();
      const missed = await addUserAt(writer);
      for (const headers of [{ 'last-event-id': String(last) }, undefined]) {
        const path = account.path(headers ? '/changes' : `/changes?after=${last}`);
        const second = await listenToChanges(operatorAt(reader), path, headers);
        expect((await second.next())!.data.userIds![0]).toBe(missed.id);
        await untilReported(second, [(await addUserAt(writer)).id]);
        second.leave();
      }
    });

    it('OPS-24: a lock ends the token and the session of a user', async () => {
      const { id, session, bearer } = await enter();
      expectStatus(200, await operatorAt(writer).post(`${userPath(id)}/lock`));
      await expectSoon(401, () => session.get('/me'));
      await expectSoon(401, () => bearer.get('/me'));
    });

    it('OPS-24: a deletion ends the token and the session of a user', async () => {
      const { id, session, bearer } = await enter();
      expectStatus(200, await operatorAt(writer).post(`${userPath(id)}/delete`));
      await expectSoon(401, () => session.get('/me'));
      await expectSoon(401, () => bearer.get('/me'));
    });

    it('OPS-24: a demotion ends what the role allowed', async () => {
      const { id, bearer, session } = await enter('administrator');
      for (const api of [bearer, session]) expectStatus(200, await api.get(account.path('/users')));
      expectStatus(200, await operatorAt(writer).delete(`${userPath(id)}/roles/administrator`));
      for (const api of [bearer, session]) await expectSoon(403, () => api.get(account.path('/users')));
    });

    it('OPS-24: an ended session, an ended token', async () => {
      const { id, bearer, session } = await enter();
      expectStatus(200, await operatorAt(writer).delete(`${userPath(id)}/sessions`));
      await expectSoon(401, () => session.get('/me'));
      expectStatus(200, await bearer.get('/me'));
      const { items } = expectStatus(200, await operatorAt(writer).get('/access-tokens?limit=1')).body;
      expectStatus(200, await operatorAt(writer).delete(`/access-tokens/${items[0].tokenId}`));
      await expectSoon(401, () => bearer.get('/me'));
    });

    it('OPS-24: a changed password ends other sessions, and only the new one logs in', async () => {
      const { email, session } = await enter();
      const own = operatorAt(writer).inBrowser(expectStatus(200, await logIn(writer, email)));
      const newPassword = 'another quiet walnut';
      expectStatus(200, await own.put('/me/password', { currentPassword: password, password: newPassword }));
      await expectSoon(401, () => session.get('/me'));
      await expectSoon(401, () => logIn(reader, email));
      expectStatus(200, await logIn(reader, email, newPassword));
    });

    /** Adds a user who uses the reader with a token and a session. */
    async function enter(role?: string): Promise<{ id: string; email: string; session: Api; bearer: Api }> {
      const { id, email } = await addPerson();
      if (role) expectStatus(200, await operatorAt(0).put(`${userPath(id)}/roles/${role}`));
      const bearer = operatorAt(reader).as(await issueTokenFor(operatorAt(writer), id));
      const session = operatorAt(reader).inBrowser(expectStatus(200, await logIn(writer, email)));
      for (const api of [session, bearer]) expectStatus(200, await api.get('/me'));
      return { id, email, session, bearer };
    }
  });

  it('OPS-24: a server that was stopped for longer than its leases reports what it has missed', async () => {
    const [{ server }] = pair.members;
    const changes = await listenToChanges(operatorAt(0), account.path('/changes'));
    await changes.next();
    server.child.kill('SIGSTOP');
    const during: string[] = [];
    try {
      await pause(beyondLease);
      for (let nth = 0; nth < 3; nth++) during.push((await addUserAt(1)).id);
      await expectSoon(200, () => operatorAt(1).get(account.path('/users')));
    } finally {
      server.child.kill('SIGCONT');
    }
    await untilReported(changes, during);
    // It reports what comes afterwards, too.
    await untilReported(changes, [(await addUserAt(1)).id]);
    changes.leave();
  }, 60_000);
});

/** Waits until changes of all these users are reported; returns the id of the last event. Events of several users may be one. */
async function untilReported(changes: LiveChanges, userIds: readonly string[]): Promise<number> {
  const missing = new Set(userIds);
  for (;;) {
    const event = await changes.next();
    if (!event) throw new Error('the stream has ended');
    for (const userId of event.data.userIds ?? []) missing.delete(userId);
    if (missing.size === 0) return event.id;
  }
}
