import {
  expectStatus,
  openTestAccount,
  startTestServer,
  type TestAccount,
  type TestServer,
} from '../support/server.js';

let server: TestServer;
let account: TestAccount;

beforeAll(async () => {
  server = await startTestServer();
  account = await openTestAccount(server);
});
afterAll(() => server.close());

describe('a lock of a user', () => {
  it('LIFE-6, AUDIT-1: is in the response, in the user list and in the audit', async () => {
    const { administrator: api } = account;
    const userId = await account.addUser({ firstName: 'Alan', lastName: 'Turing' });
    const locked = expectStatus(
      200,
      await api.post(account.path(`/users/${userId}/lock`), { reason: 'left the company' }),
    );
    expect(locked.body).toEqual({
      status: 'active',
      locks: [{ cause: 'administrator', reason: 'left the company' }],
      changed: true,
    });
    expect(locked.etag).toBe('"1"');

    const list = await api.get(account.path('/users?locked=true'));
    expect(list.body.items).toMatchObject([
      { userId, locks: [{ cause: 'administrator', reason: 'left the company', by: { id: account.administratorId } }] },
    ]);

    const audit = await api.get('/audit?action=user.locked');
    expect(audit.body.items).toMatchObject([
      {
        action: 'user.locked',
        subject: { kind: 'user', id: userId, name: 'Alan Turing' },
        actor: { id: account.administratorId, kind: 'user', name: 'Grace Hopper' },
        reason: 'left the company',
        position: locked.position,
        revision: 1,
      },
    ]);
  });
});
