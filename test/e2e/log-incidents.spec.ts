import { startServer } from '../../apps/server/src/server.js';
import { Api } from '../support/api.js';
import { startAttackedServer, type AttackedServer } from '../support/attacked-server.js';
import { pollUntilDefined } from '../support/mail-server.js';
import { issueServiceToken, issueMemberToken } from '../support/routes.js';
import { expectStatus, issueTokenFor, type TestAccount, type TestServer } from '../support/server.js';

let attacked: AttackedServer;
let test: TestServer;
let account: TestAccount;
let userId: string;

beforeAll(async () => {
  attacked = await startAttackedServer();
  ({ test, account } = attacked);
  userId = await account.addUser();
}, 60_000);
afterAll(() => attacked.close());

const list = async (api = test.operator) => expectStatus(200, await api.get('/log-incidents')).body;
const acknowledge = async (body: object = {}, headers: Record<string, string> = {}) =>
  test.operator.post('/log-incidents/acknowledge', body, headers);
const healthOf = async (api = test.operator) => {
  const { status, foreignData } = expectStatus(200, await api.get('/health/ready')).body;
  return [status, foreignData.status, foreignData.eventRanges];
};

it('there are no incidents before an attack, and nothing to acknowledge', async () => {
  expect(await list()).toMatchObject({ items: [], total: 0, checkedUntil: expect.any(Number) });
  expect(expectStatus(200, await acknowledge()).body).toEqual({ changed: false });
  // Until the read models have caught up, health is degraded.
  await pollUntilDefined(async () => ((await healthOf())[0] === 'ok' ? true : undefined));
  expect(await healthOf()).toEqual(['ok', 'ok', 0]);
});

it.each<[string, () => Promise<Api>, number]>([
  ['a stranger', async () => test.operator.as(undefined), 401],
  ['an administrator', async () => account.administrator, 403],
  ['an auditor', async () => (await account.addUserWithRole('auditor')).api, 403],
  ['a co-administrator', async () => (await account.addUserWithRole('co-administrator')).api, 403],
  ['a user without a role', async () => test.operator.as(await issueMemberToken(test, account)), 403],
  ['a service without the permission', async () => serviceWith(['mails:manage', 'audit:read']), 403],
  ['a service of one account', async () => serviceWith(['log:manage'], account.id), 403],
  ['a service with the permission', async () => serviceWith(['log:manage']), 200],
  ['the operator', async () => test.operator, 200],
])('OPS-19: %s is answered as it may', async (_, apiOf, status) => {
  const api = await apiOf();
  const answers = [await api.get('/log-incidents'), await api.post('/log-incidents/acknowledge')];
  expect(answers.map((answer) => answer.status)).toEqual([status, status]);
});
const serviceWith = async (scopes: Parameters<typeof issueServiceToken>[1], accountId?: string) =>
  test.operator.as(await issueServiceToken(test.operator, scopes, accountId));

it('a user’s token with the scope does not give the permission', async () => {
  const token = await issueTokenFor(test.operator, account.administratorId, ['users:read', 'log:manage']);
  expect((await test.operator.as(token).get('/log-incidents')).status).toBe(403);
});

it('OPS-20: foreign events are listed with stream, revisions, position and type, the newest first', async () => {
  await attacked.forge(`user-${userId}`, 'UserRoleGranted', 2);
  await attacked.forge('user-odd\u0000<name>', `Evil\u0000\u202E é“ ${'x'.repeat(300)}`);
  const { items, total, checkedUntil } = await list();
  expect(items).toEqual([
    {
      kind: 'foreign',
      stream: 'user-odd??name?',
      firstRevision: 0,
      lastRevision: 0,
      position: expect.any(Number),
      type: `Evil?? é“ ${'x'.repeat(90)}`,
      firstSeenAt: expect.stringMatching(/^20\d\d-.*Z$/),
      problem: null,
      acknowledged: null,
    },
    expect.objectContaining({
      kind: 'foreign',
      stream: `user-${userId}`,
      firstRevision: 1,
      lastRevision: 2,
      type: 'UserRoleGranted',
    }),
  ]);
  expect(items[0].position).toBeGreaterThan(items[1].position);
  expect([total, checkedUntil >= items[0].position]).toEqual([2, true]);
  expect(await healthOf()).toEqual(['degraded', 'found', 2]);
});

it('OPS-20: an acknowledgement up to a position leaves later incidents open', async () => {
  const [newest, oldest] = (await list()).items;
  expectStatus(200, await acknowledge({ until: oldest.position, reason: 'The older one' }));
  expect((await list()).items.map(({ acknowledged }: { acknowledged: unknown }) => acknowledged)).toEqual([
    null,
    { at: expect.any(String), actorId: expect.any(String), reason: 'The older one' },
  ]);
  expect(newest.acknowledged).toBeNull();
  expect(await healthOf()).toEqual(['degraded', 'found', 2]);
});

it('OPS-20: after an acknowledgement, health is ok until a new foreign event comes, and incidents stay listed', async () => {
  const answer = expectStatus(200, await acknowledge({ reason: '  A test   of ours ' }));
  expect([answer.body, answer.position > 0]).toEqual([{ changed: true }, true]);
  expect(await healthOf()).toEqual(['ok', 'ok', 2]);
  const { items } = await list();
  expect(items.map(({ acknowledged }: { acknowledged: { reason: string } }) => acknowledged.reason)).toEqual([
    'A test of ours',
    'The older one',
  ]);
  expect((await test.operator.get('/metrics')).text).toMatch(/rollbook_foreign_data{kind="event-ranges"} 2/);
  expect(expectStatus(200, await acknowledge()).body).toEqual({ changed: false });
  // It continues the acknowledged range.
  await attacked.forge(`user-${userId}`);
  expect(await healthOf()).toEqual(['degraded', 'found', 2]);
  expect((await list()).items[0]).toMatchObject({ firstRevision: 1, lastRevision: 3, acknowledged: null });
});

it('HTTP-2: an acknowledgement that is repeated with its key is one event; with another body it is refused', async () => {
  const key = { 'idempotency-key': 'seen' };
  const [one, other] = await Promise.all([acknowledge({ reason: 'odd' }, key), acknowledge({ reason: 'odd' }, key)]);
  expect([one.body, other.body]).toEqual([{ changed: true }, { changed: true }]);
  expect(other.position).toBe(one.position);
  expect((await acknowledge({ reason: 'other' }, key)).body.code).toBe('idempotency.mismatch');
  const texts = await Array.fromAsync(attacked.attacker.readStream('rollbook.installation'));
  const stored = texts.filter(({ event }) => event?.type === 'LogIncidentsAcknowledged');
  expect(stored).toHaveLength(3);
  expect(JSON.stringify(stored.map(({ event }) => event?.metadata))).not.toMatch(/"reason"|A test of ours/);
});

it.each([{ until: -1 }, { until: 'x' }, { reason: '' }, { all: true }])('%j is invalid', async (body) => {
  expect((await acknowledge(body)).body).toMatchObject({ status: 400, code: 'request.invalid' });
});

it('OPS-20: acknowledgements hold after a restart', async () => {
  expect(await healthOf()).toEqual(['ok', 'ok', 2]);
  const { items } = await list();
  await test.server.close();
  const again = await startServer(test.config, { clock: test.clock });
  const operator = new Api(again.url, test.operator['token']);
  expect((await list(operator)).items).toEqual(items);
  expect((await healthOf(operator))[1]).toBe('ok');
  await again.close();
});
