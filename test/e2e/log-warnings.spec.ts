import { startAttackedServer, type AttackedServer } from '../support/attacked-server.js';
import { expectStatus } from '../support/server.js';

let attacked: AttackedServer;
let user: string;
let other: string;

beforeAll(async () => {
  attacked = await startAttackedServer();
  user = await attacked.account.addUser();
  other = await attacked.account.addUser();
}, 60_000);
afterAll(() => attacked.close());

/** Returns the warnings in the answers about a user: their page, and their history. */
async function warningsOf(userId: string): Promise<unknown[]> {
  const { test, account } = attacked;
  const path = account.path(`/users/${userId}`);
  const answers = [await account.administrator.get(path), await test.operator.get(`${path}/history`)];
  return answers.map((answer) => expectStatus(200, answer).body.warnings);
}

it.each(['user', 'login'])(
  'OPS-21: reads of a user whose stream %s-<id> is known to be tampered have a warning',
  async (category) => {
    const { test, account, forge } = attacked;
    const id = category === 'user' ? user : other;
    expect(await warningsOf(id)).toEqual([[], []]);
    await forge(`${category}-${id}`, 'Forged', 1_001);
    // A use of the stream finds out.
    const login = { method: 'password' };
    const found =
      category === 'user'
        ? await account.administrator.post(account.path(`/users/${id}/lock`))
        : await test.operator.post(`/users/${id}/logins`, login);
    expect(found.body).toMatchObject({ status: 409, code: 'log.tampered' });
    expect(await warningsOf(id)).toEqual([['log.tampered'], ['log.tampered']]);
    expect(await warningsOf(account.administratorId)).toEqual([[], []]);
  },
);

it('OPS-20: an acknowledgement does not hide a tampered stream', async () => {
  const { operator } = attacked.test;
  expectStatus(200, await operator.post('/log-incidents/acknowledge', { reason: 'odd' }));
  const { items, total } = expectStatus(200, await operator.get('/log-incidents')).body;
  expect(items.slice(0, 2)).toEqual(
    [`user-${user}`, `login-${other}`].map((stream) => ({
      kind: 'tampered',
      stream,
      firstRevision: null,
      lastRevision: null,
      position: null,
      type: null,
      firstSeenAt: expect.stringMatching(/Z$/),
      problem: 'more than 1000 foreign events',
      acknowledged: null,
    })),
  );
  expect(total).toBe(4);
  expect(expectStatus(200, await operator.get('/health/ready')).body.status).toBe('degraded');
});
