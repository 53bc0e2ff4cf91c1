import { addPerson, linkOf } from '../support/people.js';
import {
  expectStatus,
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

const check = (link: string) => test.operator.inBrowser().post('/password-resets/check', { link });

describe('a link that sets a password', () => {
  it('PASSWORD-13: tells its holder the address that it is for, and is not used up by that', async () => {
    const ann = await addPerson(test, account);
    expectStatus(200, await test.operator.post(`${ann.path}/reset-password`));
    const link = await linkOf(test, ann.id);
    const checked = expectStatus(200, await check(link));
    expect(checked.body).toEqual({ email: ann.email, expiresAt: expect.any(String) });
    expect(checked.headers.getSetCookie()).toEqual([]);
    expect((await check(link)).body).toEqual(checked.body);
    const body = { link, password: 'another quiet walnut' };
    expectStatus(200, await test.operator.inBrowser().post('/password-resets/confirm', body));
    expect((await check(link)).body.code).toBe('link.not-valid');
  });

  it('PASSWORD-13: tells nothing when it is forged, replaced, too old or of a locked user', async () => {
    const ann = await addPerson(test, account);
    expectStatus(200, await test.operator.post(`${ann.path}/reset-password`));
    const older = await linkOf(test, ann.id);
    expectStatus(200, await test.operator.post(`${ann.path}/reset-password`));
    const link = await linkOf(test, ann.id);
    for (const made of [older, `${link}x`, link.replace(ann.id, account.administratorId), 'x'])
      expect((await check(made)).body).toMatchObject({ status: 409, code: 'link.not-valid' });
    expectStatus(200, await test.operator.post(`${ann.path}/lock`));
    expect((await check(link)).body.code).toBe('link.not-valid');
    expectStatus(200, await test.operator.post(`${ann.path}/unlock`));
    expectStatus(200, await check(link));
    test.clock.move(3_600_001);
    expect((await check(link)).body.code).toBe('link.not-valid');
  });

  it('PASSWORD-13, LOGIN-14: has the limits of using it', async () => {
    const ann = await addPerson(test, account);
    expectStatus(200, await test.operator.post(`${ann.path}/reset-password`));
    const link = await linkOf(test, ann.id);
    const answers = await Promise.all(Array.from({ length: 31 }, () => check(link)));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(1);
  });
});
