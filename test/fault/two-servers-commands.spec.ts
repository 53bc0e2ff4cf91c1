import type { Api, ApiResponse } from '../support/api.js';
import { linkSecretIn } from '../support/mail-server.js';
import { hasPostgresql } from '../support/postgresql-process.js';
import { startServerPair, type ServerPair } from '../support/server-pair.js';
import { expectStatus, openTestAccount, type TestAccount } from '../support/server.js';

if (!hasPostgresql) console.warn('PostgreSQL is not installed: commands through two servers are not tested.');

(hasPostgresql ? describe : describe.skip)('commands through two servers at the same time', () => {
  let pair: ServerPair;
  let account: TestAccount;
  let apis: readonly [Api, Api];

  beforeAll(async () => {
    pair = await startServerPair();
    account = await openTestAccount(pair.members[0]);
    apis = [pair.members[0].operator, pair.members[1].operator];
  }, 120_000);
  afterAll(() => pair.close());

  const person = (fields: object = {}) => ({
    email: `user-${crypto.randomUUID()}@${account.domain}`,
    firstName: 'Grace',
    lastName: 'Hopper',
    country: 'US',
    ...fields,
  });
  const userPath = (id: string) => account.path(`/users/${id}`);
  const newKey = () => ({ 'idempotency-key': crypto.randomUUID() });

  /** Sends the same to both servers at the same time, and to each one after another; returns the only body of the responses. */
  async function sendToBoth(status: number, send: (api: Api) => Promise<ApiResponse>): Promise<ApiResponse['body']> {
    const responses = await Promise.all(apis.map((api) => send(api)));
    for (const api of apis.toReversed()) responses.push(await send(api));
    const bodies = responses.map((response) => expectStatus(status, response).text);
    // Of two requests at the same moment, each computes times from its own clock, although one event is stored.
    const comparable = bodies.map((text) => text.replace(/"expiresAt":"[^"]*"/, ''));
    expect(comparable).toEqual(comparable.map(() => comparable[0]));
    expect(bodies[3]).toBe(bodies[2]);
    return responses[0]!.body;
  }

  /** Returns what has happened to a user, as each server tells it. */
  async function actionsOf(userId: string): Promise<string[]> {
    const told = await Promise.all(
      apis.map(async (api) => {
        const { items } = expectStatus(200, await api.get(`${userPath(userId)}/history`)).body;
        return items.map(({ action }: { action: string }) => action) as string[];
      }),
    );
    expect(told[1]).toEqual(told[0]);
    return told[0]!;
  }

  it.each(Array.from({ length: 5 }, (_, nth) => nth))('OPS-24: one key adds one user (%i)', async () => {
    const body = person();
    const headers = newKey();
    const { userId } = await sendToBoth(201, (api) => api.post(account.path('/users'), body, headers));
    expect(await actionsOf(userId)).toEqual(['user.added']);
    expect(await pair.mails.waitForMails(body.email)).toHaveLength(1);
  });

  it('OPS-24: one key locks a user once', async () => {
    const id = await account.addUser();
    const headers = newKey();
    const { changed } = await sendToBoth(200, (api) => api.post(`${userPath(id)}/lock`, { reason: 'odd' }, headers));
    expect(changed).toBe(true);
    expect(await actionsOf(id)).toEqual(['user.locked', 'user.added']);
  });

  it('OPS-24: one key of a bulk changes each user once', async () => {
    const userIds = await Promise.all(Array.from({ length: 20 }, () => account.addUser()));
    const headers = newKey();
    const body = { action: 'lock', userIds, reason: 'all of them' };
    const { results } = await sendToBoth(200, (api) => api.post(account.path('/users/bulk'), body, headers));
    expect(results).toEqual(userIds.map((userId) => ({ userId, ok: true, changed: true })));
    for (const userId of userIds) expect(await actionsOf(userId)).toEqual(['user.locked', 'user.added']);
    const other = { ...body, reason: 'another' };
    for (const api of apis)
      expect((await api.post(account.path('/users/bulk'), other, headers)).body.code).toBe('idempotency.mismatch');
  });

  it('OPS-24: one key of a password reset sends one mail, and its link sets one password', async () => {
    const { email, ...fields } = person();
    const id = await account.addUser({ email, ...fields });
    await pair.mails.waitForMails(email);
    const headers = newKey();
    await sendToBoth(200, (api) => api.post(`${userPath(id)}/reset-password`, {}, headers));
    expect(await actionsOf(id)).toEqual(['user.password-reset-requested', 'user.added']);
    const mails = await pair.mails.waitForMails(email, /./, 2);
    const link = linkSecretIn(mails[1]!);
    const passwords = ['another quiet walnut', 'a loud and early plum'];
    const confirmed = await Promise.all(
      apis.map((api, nth) => api.inBrowser().post('/password-resets/confirm', { link, password: passwords[nth] })),
    );
    expect(new Set(confirmed.map(({ status }) => status))).toEqual(new Set([200, 409]));
    expect((await actionsOf(id)).filter((action) => action === 'user.password-changed')).toHaveLength(1);
    const [set, refused] = confirmed[0]!.status === 200 ? passwords : passwords.toReversed();
    for (const api of apis) {
      expectStatus(200, await api.inBrowser().post('/login', { email, password: set }));
      expectStatus(401, await api.inBrowser().post('/login', { email, password: refused }));
    }
    // The one for a new user, and that of the reset.
    const withLink = (await pair.mails.waitForMails(email)).filter(({ text }) => text!.includes('/set-password#'));
    expect(withLink).toHaveLength(2);
  });

  it('OPS-24: 100 concurrent adds, half of them with the same addresses, make one user per address', async () => {
    const shared = Array.from({ length: 25 }, () => person({ lastName: 'Shared' }));
    const own = Array.from({ length: 50 }, () => person({ lastName: 'Own' }));
    const adds = [
      ...shared.flatMap((body) => apis.map((api) => ({ api, body }))),
      ...own.map((body, nth) => ({ api: apis[nth % 2]!, body })),
    ];
    const answers = await Promise.all(
      adds.map(async ({ api, body }) => ({
        email: body.email,
        answer: await api.post(account.path('/users'), body),
      })),
    );
    const added = answers.filter(({ answer }) => answer.status === 201);
    expect(added.map(({ email }) => email).toSorted()).toEqual(
      [...shared, ...own].map(({ email }) => email).toSorted(),
    );
    const refused = answers.filter(({ answer }) => answer.status !== 201);
    expect(new Set(refused.map(({ answer }) => `${answer.status} ${answer.body.code}`))).toEqual(
      new Set(['409 user.already-in-account']),
    );
    for (const { email, answer } of added)
      for (const api of apis) {
        const { userId } = answer.body;
        const { items } = expectStatus(200, await api.get(account.path(`/users?search=${email}`))).body;
        expect(items).toMatchObject([{ userId, email }]);
        const { items: history } = expectStatus(200, await api.get(`${userPath(userId)}/history`)).body;
        expect(history).toMatchObject([{ action: 'user.added' }]);
        // From the events, whose boxes are opened with the person's key.
        expect(expectStatus(200, await api.get(userPath(userId))).body).toMatchObject({ email, firstName: 'Grace' });
      }
  });
});
