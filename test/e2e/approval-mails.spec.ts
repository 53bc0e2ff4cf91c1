import { Vault } from '#libs/vault';
import type { Api } from '../support/api.js';
import { TestMailServer, pollUntilDefined } from '../support/mail-server.js';
import {
  expectStatus,
  openTestAccount,
  startTestServer,
  type TestAccount,
  type TestServer,
} from '../support/server.js';
import { createServiceApi, newPerson } from '../support/user-actions.js';

const minute = 60_000;
const approvals = /wait[s]? for your approval/;

let box: TestMailServer;
let test: TestServer;
let account: TestAccount;
let service: Api;
/** The address of the account's administrator. */
let administrator: string;
beforeAll(async () => {
  box = await TestMailServer.open();
  test = await startTestServer({ SMTP_URL: box.url });
  service = await createServiceApi(test);
});
beforeEach(async () => {
  account = await openTestAccount(test);
  administrator = await addressOf(account.administratorId);
});
afterAll(async () => {
  await test.close();
  await box.stop();
});

const path = (userId: string, rest = '') => account.path(`/users/${userId}${rest}`);
const addressOf = async (userId: string): Promise<string> => (await test.operator.get(path(userId))).body.email;
const sentTo = (address: string) => box.mails.filter(({ recipients }) => recipients.includes(address));
const noticesTo = (address: string) => sentTo(address).filter(({ subject }) => approvals.test(subject!));

/** A stranger registers and waits for approval. */
async function register(fields: Record<string, unknown> = {}): Promise<{ userId: string; email: string }> {
  const person = newPerson(account.domain, fields);
  const { userId } = expectStatus(201, await service.post('/registrations', person)).body;
  return { userId, email: person.email };
}

/** Waits until the mail process has seen all events so far, and has sent all mails that are due. */
async function sendEverything(): Promise<void> {
  const { email } = newPerson(account.domain);
  expectStatus(201, await test.operator.post(account.path('/users'), newPerson(account.domain, { email })));
  await box.waitForMails(email);
  const { outbox, approvalNotices } = test.server.app.get(Vault);
  await pollUntilDefined(async () =>
    (await outbox.listDue(test.clock.now().getTime(), 1)).length +
    (await approvalNotices.listDue(test.clock.now().getTime())).length
      ? undefined
      : true,
  );
}

describe('administrators', () => {
  it('MAIL-12: get one mail about all who came within 15 minutes, and another about those who came later', async () => {
    const second = await addressOf((await account.addUserWithRole('administrator')).id);
    const auditor = await addressOf((await account.addUserWithRole('auditor')).id);
    const people = [await register({ firstName: 'Zuzanna' }), await register()];
    test.clock.move(14 * minute);
    await register();
    await sendEverything();
    expect([administrator, second].flatMap(noticesTo)).toEqual([]);

    test.clock.move(minute);
    for (const address of [administrator, second]) {
      const [mail] = await box.waitForMails(address, approvals);
      expect(mail!.subject).toBe('3 new people wait for your approval');
      expect(mail!.text).toContain('3 new people wait for approval in Account');
      expect(mail!.text).toContain(`${test.server.url}/accounts/${account.id}/approvals`);
      for (const { email } of people) expect(mail!.text).not.toContain(email);
      expect(mail!.text).not.toContain('Zuzanna');
    }
    await register();
    test.clock.move(15 * minute);
    const [, later] = await box.waitForMails(administrator, approvals, 2);
    expect(later!.subject).toBe('A new person waits for your approval');
    await sendEverything();
    expect([administrator, second, auditor].map((address) => noticesTo(address).length)).toEqual([2, 2, 0]);
  });

  it('MAIL-12: get none about people who do not wait any more', async () => {
    const [approved, rejected, waiting] = [await register(), await register(), await register()];
    expectStatus(200, await test.operator.post(path(approved.userId, '/approve')));
    expectStatus(200, await test.operator.post(path(rejected.userId, '/reject')));
    await sendEverything();
    test.clock.move(15 * minute);
    const [mail] = await box.waitForMails(administrator, approvals);
    expect(mail!.subject).toBe('A new person waits for your approval');

    expectStatus(200, await test.operator.post(path(waiting.userId, '/approve')));
    expectStatus(200, await test.operator.post(path((await register()).userId, '/approve')));
    await sendEverything();
    test.clock.move(15 * minute);
    await sendEverything();
    expect(noticesTo(administrator)).toHaveLength(1);
  });
});

describe('a rejected person', () => {
  it('MAIL-13: is told so, without who did it and why', async () => {
    const { userId, email } = await register();
    expectStatus(200, await account.administrator.post(path(userId, '/reject'), { reason: 'left us in anger' }));
    const [mail] = await box.waitForMails(email);
    expect(mail!.subject).toBe('Your registration was not approved');
    expect(mail!.text).toContain('An administrator of Account');
    for (const secret of ['anger', 'Grace', 'Hopper', administrator]) {
      expect(mail!.text).not.toContain(`${secret} `);
      expect(mail!.html).not.toContain(secret === 'anger' ? secret : administrator);
    }
  });

  it.each([
    ['de', 'Ihre Registrierung wurde nicht freigegeben'],
    ['es', 'Su registro no ha sido aprobado'],
    ['pl', 'Twoja rejestracja nie została zatwierdzona'],
  ])('MAIL-13, MAIL-5: reads it in their language (%s)', async (language, subject) => {
    const { userId, email } = await register({ language });
    expectStatus(200, await test.operator.post(path(userId, '/reject')));
    expect((await box.waitForMails(email))[0]).toMatchObject({ subject });
  });

  it('MAIL-13: is not told once they were added to the account after all', async () => {
    await box.stop();
    const { userId, email } = await register();
    expectStatus(200, await test.operator.post(path(userId, '/reject')));
    const { outbox } = test.server.app.get(Vault);
    await pollUntilDefined(async () =>
      (await outbox.list('owed', 10_000)).find(({ user, attempts }) => user === userId && attempts),
    );
    expectStatus(200, await test.operator.post(path(userId, '/add-to-account')));
    await box.start();
    test.clock.move(2 * minute);
    await box.waitForMails(email, /Complete/);
    await sendEverything();
    expect(sentTo(email).map(({ subject }) => subject)).toEqual(['Complete your profile']);
  });

  it('LOGIN-14: is sent no more than 30 mails an hour by rejections', async () => {
    const { userId } = await register();
    const statuses: number[] = [];
    for (let nth = 0; nth < 31; nth++) statuses.push((await test.operator.post(path(userId, '/reject'))).status);
    expect([new Set(statuses.slice(0, 30)), statuses[30]]).toEqual([new Set([200]), 429]);
  });
});
