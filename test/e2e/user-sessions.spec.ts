import { randomUUID } from 'node:crypto';
import type { Api } from '../support/api.js';
import { addPerson, logInBrowser, type Person } from '../support/people.js';
import {
  expectStatus,
  issueTokenFor,
  openTestAccount,
  startTestServer,
  type TestAccount,
  type TestServer,
} from '../support/server.js';

let test: TestServer;
let account: TestAccount;
beforeAll(async () => {
  test = await startTestServer({ TRUST_PROXY: '127.0.0.1' });
  account = await openTestAccount(test);
}, 60_000);
afterAll(() => test.close());

const logIn = (person: Person) => logInBrowser(test, person);
const idOf = async (browser: Api): Promise<string> => (await browser.get('/me')).body.session.id;
const historyOf = async ({ path }: Person) => (await test.operator.get(`${path}/history`)).body.items;

describe('the sessions of another user', () => {
  it('SESSION-9: are listed for callers who may reset the password', async () => {
    const ann = await addPerson(test, account);
    const browser = await logIn(ann);
    const { items } = expectStatus(200, await account.administrator.get(`${ann.path}/sessions`)).body;
    expect(items).toEqual([
      {
        id: await idOf(browser),
        current: false,
        startedAt: expect.any(String),
        lastUsedAt: expect.any(String),
        expiresAt: expect.any(String),
        authenticatedAt: expect.any(String),
        authenticatedBy: 'password',
        agent: expect.any(String),
      },
      expect.objectContaining({ authenticatedBy: 'link' }),
    ]);
    const auditor = await account.addUserWithRole('auditor');
    expect((await auditor.api.get(`${ann.path}/sessions`)).body.code).toBe('access.forbidden');
  });

  it('SESSION-9: are ended alone or all together, with a reason, recorded with the actor', async () => {
    const ann = await addPerson(test, account);
    const [one, two, three] = [await logIn(ann), await logIn(ann), await logIn(ann)];
    const oneId = await idOf(one);
    const single = expectStatus(
      200,
      await account.administrator.send('DELETE', `${ann.path}/sessions/${oneId}`, { reason: 'lost phone' }),
    );
    expect(single.body).toEqual({ ended: true, changed: true });
    expect([(await one.get('/me')).status, (await two.get('/me')).status]).toEqual([401, 200]);
    expect((await account.administrator.delete(`${ann.path}/sessions/${oneId}`)).body.code).toBe('session.not-found');
    const all = expectStatus(
      200,
      await account.administrator.send('DELETE', `${ann.path}/sessions`, { reason: 'lost laptop' }),
    );
    expect(all.etag).toMatch(/^"\d+"$/);
    test.clock.move(1_000);
    expect([(await two.get('/me')).status, (await three.get('/me')).status]).toEqual([401, 401]);
    expect((await account.administrator.get(`${ann.path}/sessions`)).body.items).toEqual([]);
    expect((await account.administrator.delete(`${ann.path}/sessions`)).body).toEqual({ ended: true, changed: false });
    const actor = { kind: 'user', id: account.administratorId };
    expect(
      (await historyOf(ann)).filter(({ action }: { action: string }) => action === 'user.sessions-ended'),
    ).toMatchObject([
      { actor, reason: 'lost laptop' },
      { actor, reason: 'lost phone' },
    ]);
    await logIn(ann);
  });

  it('SESSION-9, HTTP-2: end once with an Idempotency-Key, and a later session is not touched by the repeat', async () => {
    const ann = await addPerson(test, account);
    const headers = { 'idempotency-key': randomUUID() };
    const end = () => account.administrator.send('DELETE', `${ann.path}/sessions`, {}, headers);
    const first = expectStatus(200, await end());
    const later = await logIn(ann);
    expect((await end()).body).toEqual(first.body);
    expectStatus(200, await later.get('/me'));
    const id = await idOf(later);
    const key = { 'idempotency-key': randomUUID() };
    const endOne = () => account.administrator.send('DELETE', `${ann.path}/sessions/${id}`, {}, key);
    expect([(await endOne()).status, (await endOne()).status]).toEqual([200, 200]);
    expect((await historyOf(ann)).map(({ action }: { action: string }) => action).slice(0, 3)).toEqual([
      'user.sessions-ended',
      'user.logged-in',
      'user.sessions-ended',
    ]);
  });

  it('SESSION-9: end although the user logs in at the same time', async () => {
    const ann = await addPerson(test, account);
    const [browsers] = await Promise.all([
      Promise.all(Array.from({ length: 4 }, () => logIn(ann))),
      account.administrator.delete(`${ann.path}/sessions`),
    ]);
    const { items } = (await account.administrator.get(`${ann.path}/sessions`)).body;
    const answers = await Promise.all(browsers.map((browser) => browser.get('/me')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(items.length);
  });

  it('SESSION-9, PERM-13, PERM-14: are hidden from other accounts, and an administrator’s from co-administrators', async () => {
    const ann = await addPerson(test, account);
    const browser = await logIn(ann);
    const session = `${ann.path}/sessions/${await idOf(browser)}`;
    const other = await openTestAccount(test);
    const asOther = (path: string) => path.replace(account.id, other.id);
    for (const path of [`${ann.path}/sessions`, session]) {
      expect((await other.administrator.delete(path)).body.code).toBe('account.not-found');
      expect((await other.administrator.delete(asOther(path))).body.code).toBe('user.not-found');
    }
    expect((await other.administrator.get(asOther(`${ann.path}/sessions`))).body.code).toBe('user.not-found');
    expectStatus(200, await test.operator.put(`${ann.path}/roles/administrator`));
    const co = await account.addUserWithRole('co-administrator');
    for (const answer of [
      await co.api.get(`${ann.path}/sessions`),
      await co.api.delete(`${ann.path}/sessions`),
      await co.api.delete(session),
    ])
      expect(answer.body.code).toBe('user.outranks-caller');
    expectStatus(200, await browser.get('/me'));
    expectStatus(200, await account.administrator.delete(session));
  });

  it('SESSION-9, LIFE-16: of a former member in another account are not shown', async () => {
    const ann = await addPerson(test, account);
    const other = await openTestAccount(test);
    expectStatus(200, await test.operator.post(`${ann.path}/delete`));
    expectStatus(200, await test.operator.delete(account.path(`/domains/${account.domain}`)));
    expectStatus(200, await test.operator.put(other.path(`/domains/${account.domain}`)));
    expectStatus(200, await test.operator.post(other.path(`/users/${ann.id}/add-to-account`)));
    expectStatus(200, await test.operator.post(other.path(`/users/${ann.id}/unlock`)));
    await logIn(ann);
    expect((await account.administrator.get(`${ann.path}/sessions`)).body.items).toEqual([]);
    expect((await other.administrator.get(other.path(`/users/${ann.id}/sessions`))).body.items).toHaveLength(1);
    expect((await account.administrator.delete(`${ann.path}/sessions`)).body.code).toBe('user.not-active');
    expectStatus(200, await test.operator.delete(other.path(`/domains/${account.domain}`)));
    expectStatus(200, await test.operator.put(account.path(`/domains/${account.domain}`)));
  });

  it('SESSION-9, PERM-10: need the scope of the token as well as the role', async () => {
    const ann = await addPerson(test, account);
    const reader = test.operator.as(await issueTokenFor(test.operator, account.administratorId, ['users:read']));
    for (const answer of [await reader.get(`${ann.path}/sessions`), await reader.delete(`${ann.path}/sessions`)])
      expect(answer.body.code).toBe('access.forbidden');
  });
});
