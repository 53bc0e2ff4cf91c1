import { readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { simpleParser } from 'mailparser';
import { EventStore } from '#libs/event-store';
import { UserDecider, type ExistingUser } from '#libs/users';
import { Vault } from '#libs/vault';
import { startServer } from '../../apps/server/src/server.js';
import { Api } from '../support/api.js';
import { TestMailServer, pollUntilDefined, linkSecretIn } from '../support/mail-server.js';
import {
  expectStatus,
  openTestAccount,
  startTestServer,
  type TestAccount,
  type TestServer,
} from '../support/server.js';
import { newDomain, newPerson, createServiceApi } from '../support/user-actions.js';

const minute = 60_000;
const password = 'correct horse battery';

let box: TestMailServer;
let test: TestServer;
let account: TestAccount;
beforeAll(async () => {
  box = await TestMailServer.open();
  test = await startTestServer({ SMTP_URL: box.url, MAIL_FROM: 'Acme users <users@acme.example>' });
  account = await openTestAccount(test);
});
afterAll(async () => {
  await test.close();
  await box.stop();
});

const path = (userId: string, rest = '') => account.path(`/users/${userId}${rest}`);

async function addUser(fields: Record<string, unknown> = {}): Promise<{ userId: string; email: string }> {
  const who = newPerson(account.domain, fields);
  return { userId: await account.addUser(who), email: who.email };
}
/** Requests a password link as a stranger. */
const requestLink = (email: string) => test.operator.inBrowser().post('/password-resets', { email });
/** Returns all mails with a link to a user that are in the outbox. */
async function mailsTo(userId: string) {
  const { outbox } = test.server.app.get(Vault);
  const states = ['owed', 'sent', 'void', 'parked'] as const;
  const mails = await Promise.all(states.map((state) => outbox.list(state, 10_000)));
  return mails.flat().filter(({ user, kind }) => user === userId && kind === 'password-link');
}
const revisionOf = async (userId: string) => (await test.server.app.get(EventStore).load(UserDecider, userId)).revision;
const confirm = (link: string) => test.operator.inBrowser().post('/password-resets/confirm', { link, password });

/** Adds a user who then sets a password with the mailed link. */
async function addWithPassword(fields: Record<string, unknown> = {}): Promise<{ userId: string; email: string }> {
  const user = await addUser(fields);
  const [welcome] = await box.waitForMails(user.email);
  expectStatus(200, await confirm(linkSecretIn(welcome!)));
  await box.waitForMails(
    user.email,
    /password was changed|contraseña ha cambiado|Passwort wurde geändert|hasło zostało zmienione/,
  );
  return user;
}

const listParked = async () => expectStatus(200, await test.operator.get('/mails?state=parked')).body.items;
const listOwedTo = async (userId: string) =>
  (await test.operator.get('/mails?state=owed')).body.items.filter(
    (mail: { userId: string }) => mail.userId === userId,
  );

describe('a mail', () => {
  it('PASSWORD-5, MAIL-7: asks a new user to complete the profile, and another one confirms that the password was set', async () => {
    const { email } = await addUser({ firstName: 'Zoë', lastName: 'Łukasik' });
    const [welcome] = await box.waitForMails(email);
    expect(welcome).toMatchObject({ subject: 'Complete your profile', recipients: [email] });
    expect(welcome!.text).toContain(`Hello Zoë,`);
    expect(welcome!.text).toContain(`${test.server.url}/set-password#${linkSecretIn(welcome!)}`);
    expect(welcome!.html).toContain(`href="${test.server.url}/set-password#${linkSecretIn(welcome!)}"`);
    expectStatus(200, await confirm(linkSecretIn(welcome!)));
    const [changed] = await box.waitForMails(email, /changed/);
    expect(changed).toMatchObject({ subject: 'Your password was changed' });
    expect(changed!.text).not.toContain('/set-password');
  });

  it('PASSWORD-6, PASSWORD-7: resets a password at the request of an administrator or of the user, with the same link', async () => {
    const { userId, email } = await addWithPassword();
    expectStatus(200, await test.operator.post(path(userId, '/reset-password')));
    const [first] = await box.waitForMails(email, /^Reset/);
    const before = await revisionOf(userId);
    expectStatus(202, await requestLink(email));
    const [, second] = await box.waitForMails(email, /^Reset/, 2);
    expect(linkSecretIn(second!)).toBe(linkSecretIn(first!));
    expect(second!.messageId).not.toBe(first!.messageId);
    expect(await revisionOf(userId)).toBe(before);
    expectStatus(200, await confirm(linkSecretIn(first!)));
    expect((await confirm(linkSecretIn(second!))).body.code).toBe('link.not-valid');
  });

  it('PASSWORD-8: with a link is sent again after 1, 5 and 30 minutes, then hourly, and at once after a quiet day', async () => {
    const { userId, email } = await addUser();
    const [welcome] = await box.waitForMails(email);
    let sent = 1;
    for (const [minutes, isSent] of [
      [0, true],
      [0.9, false],
      [0.1, true],
      [4, false],
      [1, true],
      [29, false],
      [1, true],
      [59, false],
      [1, true],
      [59, false],
      [1, true],
      [24 * 60, true],
      [1, true],
    ] as const) {
      test.clock.move(minutes * minute);
      expectStatus(202, await requestLink(email));
      if (isSent) sent++;
      expect(await mailsTo(userId)).toHaveLength(sent);
    }
    const mails = await box.waitForMails(email, /^Complete/, sent);
    expect(new Set(mails.map(linkSecretIn))).toEqual(new Set([linkSecretIn(welcome!)]));
    expectStatus(200, await confirm(linkSecretIn(mails.at(-1)!)));
  });

  it('PASSWORD-8: gives every user who asks a valid link, even if strangers ask as often as they can', async () => {
    const { userId, email } = await addWithPassword();
    for (const pause of [0, 1, 5, 30, 24, 1, 35, 1]) {
      test.clock.move(pause * minute);
      expectStatus(202, await requestLink(email));
      const { state } = await test.server.app.get(EventStore).load(UserDecider, userId);
      expect((state as ExistingUser).passwordLink!.expiresAt > test.clock.now().toISOString()).toBe(true);
    }
  });

  it('PASSWORD-9: has a new link if the open one ends in less than 15 minutes, and the old one works until its end', async () => {
    const { userId, email } = await addWithPassword();
    const links: string[] = [];
    const newLink = async (): Promise<string> => {
      const link = (await box.waitForMails(email, /^Reset/, links.length + 1))
        .map(linkSecretIn)
        .find((other) => !links.includes(other))!;
      links.push(link);
      return link;
    };
    expectStatus(200, await test.operator.post(path(userId, '/reset-password')));
    const older = await newLink();
    test.clock.move(45 * minute + 1_000);
    expectStatus(202, await requestLink(email));
    const newer = await newLink();
    test.clock.move(15 * minute);
    expect((await confirm(older)).body.code).toBe('link.not-valid');
    expectStatus(200, await confirm(newer));

    expectStatus(200, await test.operator.post(path(userId, '/reset-password')));
    const third = await newLink();
    test.clock.move(46 * minute);
    expectStatus(202, await requestLink(email));
    await newLink();
    expectStatus(200, await confirm(third));
  });

  it('PASSWORD-5, MAIL-3: asks again to complete the profile if there is no password yet, and after an approval', async () => {
    const { userId, email } = await addUser();
    await box.waitForMails(email);
    expectStatus(200, await test.operator.post(path(userId, '/reset-password')));
    expect((await box.waitForMails(email, /^Complete/, 2)).map(linkSecretIn)).toEqual([
      expect.any(String),
      expect.any(String),
    ]);
    for (const act of ['delete', 'add-to-account'])
      expectStatus(200, await test.operator.post(path(userId, `/${act}`)));
    const { outbox } = test.server.app.get(Vault);
    await pollUntilDefined(async () =>
      (await outbox.list('void', 1_000)).find(({ user, problem }) => user === userId && problem === 'user.locked'),
    );
    expectStatus(200, await test.operator.post(path(userId, '/unlock')));
    expectStatus(200, await confirm(linkSecretIn((await box.waitForMails(email, /^Complete/, 3))[2]!)));

    const stranger = newPerson(account.domain);
    const { userId: waiting } = expectStatus(
      201,
      await (await createServiceApi(test)).post('/registrations', stranger),
    ).body;
    expectStatus(200, await test.operator.post(path(waiting, '/approve')));
    expectStatus(200, await confirm(linkSecretIn((await box.waitForMails(stranger.email, /^Complete/))[0]!)));
    expect(box.mails.filter(({ recipients }) => recipients.includes(stranger.email))[0]!.subject).toBe(
      'Complete your profile',
    );
  });

  it.each([
    ['es', 'Complete su perfil', 'Su contraseña ha cambiado', 'Restablezca su contraseña'],
    ['de', 'Vervollständigen Sie Ihr Profil', 'Ihr Passwort wurde geändert', 'Setzen Sie Ihr Passwort zurück'],
    ['pl', 'Uzupełnij swój profil', 'Twoje hasło zostało zmienione', 'Zresetuj swoje hasło'],
  ])("MAIL-5: is in the user's language (%s)", async (language, ...subjects) => {
    const { userId, email } = await addWithPassword({ language });
    expectStatus(200, await test.operator.post(path(userId, '/reset-password')));
    const mails = await box.waitForMails(email, /./, 3);
    expect(mails.map(({ subject }) => subject)).toEqual(subjects);
    for (const { html } of mails) expect(html).toContain(`<html lang="${language}">`);
  });

  it("MAIL-5, ACCOUNT-3: is in the account's language if the user has none", async () => {
    const administrator = newPerson(newDomain());
    const opening = { name: 'Ginger', language: 'pl', domains: [], administrator };
    const { accountId } = expectStatus(201, await test.operator.post('/accounts', opening)).body;
    const [mail] = await box.waitForMails(administrator.email);
    expect(mail!.subject).toBe('Uzupełnij swój profil');
    expect(expectStatus(200, await test.operator.get(`/accounts/${accountId}`)).body.language).toBe('pl');
  });

  it('has the configured sender, the time of the server and the mark of an automatic mail', async () => {
    const { email } = await addUser();
    const [mail] = await box.waitForMails(email);
    expect(mail!.from!.value).toEqual([{ name: 'Acme users', address: 'users@acme.example' }]);
    expect(mail!.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail!.messageId).toMatch(/^<[0-9a-f-]{36}@acme\.example>$/);
    expect(mail!.headers.has('x-mailer')).toBe(false);
    // Earlier tests have moved the clock of the server.
    expect(Math.abs(test.clock.now().getTime() - mail!.date!.getTime())).toBeLessThan(minute);
    expect(mail!.attachments).toEqual([]);
  });

  it.each([
    ['quotes and addresses', '"Ann" <ann@evil.example>, Bob', 'Lee'],
    ['markup', '<img src=x>', '&lt;'],
    ['a header', 'Bcc: bob@evil.example', 'Subject: x'],
    ['line separators', 'Ann\u2028Bcc: bob@evil.example', 'Lee'],
  ])('MAIL-8: goes only to its recipient if the name contains %s', async (_, firstName, lastName) => {
    const { email } = await addUser({ firstName, lastName });
    const [mail] = await box.waitForMails(email);
    expect(mail!.recipients).toEqual([email]);
    expect([mail!.to].flat().flatMap((to) => to!.value)).toEqual([
      { name: `${firstName} ${lastName}`.replace('\u2028', ' '), address: email },
    ]);
    expect([...mail!.headers.keys()].toSorted()).toEqual([
      'auto-submitted',
      'content-type',
      'date',
      'from',
      'message-id',
      'mime-version',
      'subject',
      'to',
    ]);
    expect(mail!.html).not.toContain(firstName.startsWith('<') ? firstName : '<ann@');
  });

  it('MAIL-2: is not sent if it makes no sense any more', async () => {
    await box.stop();
    const { userId, email } = await addUser();
    await pollUntilDefined(async () => (await listOwedTo(userId))[0]?.attempts || undefined);
    expectStatus(200, await test.operator.post(path(userId, '/lock')));
    await box.start();
    test.clock.move(minute);
    await pollUntilDefined(async () => ((await listOwedTo(userId)).length === 0 ? true : undefined));
    // This mail is sent after the other one would have been.
    const later = await addUser();
    await box.waitForMails(later.email);
    expect(box.mails.filter(({ recipients }) => recipients.includes(email))).toEqual([]);
  });
});

describe('while the mail server is unavailable', () => {
  it('MAIL-4: mails are tried again after longer and longer times, and are delivered after it is back', async () => {
    await box.stop();
    const { userId, email } = await addUser();
    for (const [attempts, wait] of [
      [1, 1],
      [2, 2],
      [3, 4],
      [4, 60],
    ] as const) {
      const mail = await pollUntilDefined(async () =>
        (await listOwedTo(userId)).find((owed: { attempts: number }) => owed.attempts === attempts),
      );
      expect(mail).toMatchObject({ kind: 'password-link', state: 'owed', problem: expect.stringMatching(/^E[A-Z]+$/) });
      expect(JSON.stringify(mail)).not.toContain(account.domain);
      test.clock.move(wait * minute);
    }
    expect(expectStatus(200, await test.operator.get('/health/ready')).body.mails).toMatchObject({
      status: 'failing',
      owed: expect.any(Number),
      problem: expect.stringMatching(/^E/),
    });
    await box.start();
    test.clock.move(60 * minute);
    expectStatus(200, await confirm(linkSecretIn((await box.waitForMails(email))[0]!)));
    expect((await test.operator.get('/health/ready')).body.mails).toMatchObject({ status: 'ok', problem: null });
  });

  it('MAIL-4: a mail is given up after a day, and an operator can send it again', async () => {
    await box.stop();
    const { userId, email } = await addUser();
    await pollUntilDefined(async () => (await listOwedTo(userId))[0]?.attempts || undefined);
    test.clock.move(24 * 60 * minute);
    const mail = await pollUntilDefined(async () =>
      (await listParked()).find((item: { userId: string }) => item.userId === userId),
    );
    expect(mail).toMatchObject({ state: 'parked', nextAttemptAt: null, accountId: account.id });
    const { counts } = expectStatus(200, await test.operator.get('/mails')).body;
    expect(counts).toEqual({ parked: (await listParked()).length, owed: expect.any(Number) });
    const metrics = (await test.operator.get('/metrics')).text;
    expect(metrics).toMatch(/rollbook_mails\{state="parked"\} [1-9]/);
    expect(metrics).toMatch(/rollbook_mail_attempts_total\{outcome="failed"\} [1-9]/);

    await box.start();
    expect(expectStatus(200, await test.operator.post(`/mails/${mail.mailId}/send`)).body).toMatchObject({
      mailId: mail.mailId,
      state: 'owed',
      attempts: 0,
    });
    const [sent] = await box.waitForMails(email);
    expect(sent!.messageId).toContain(mail.mailId);
    const again = await pollUntilDefined(async () => {
      const { body } = expectStatus(200, await test.operator.post(`/mails/${mail.mailId}/send`));
      return body.state === 'sent' ? body : undefined;
    });
    expect(again).toMatchObject({ problem: null });
    expect((await listParked()).filter((item: { userId: string }) => item.userId === userId)).toEqual([]);
  });

  it('MAIL-2: a link that expires in the meantime is not sent', async () => {
    const { userId, email } = await addWithPassword();
    await box.stop();
    expectStatus(200, await test.operator.post(path(userId, '/reset-password')));
    await pollUntilDefined(async () => (await listOwedTo(userId))[0]?.attempts || undefined);
    test.clock.move(61 * minute);
    await box.start();
    await pollUntilDefined(async () => ((await listOwedTo(userId)).length === 0 ? true : undefined));
    expect(
      box.mails.filter(({ recipients, subject }) => recipients.includes(email) && subject!.startsWith('Reset')),
    ).toEqual([]);
  });

  it('MAIL-4: unknown mails, invalid cursors and unknown states are refused', async () => {
    expect(await test.operator.post(`/mails/${crypto.randomUUID()}/send`)).toMatchObject({
      status: 404,
      body: { code: 'mail.not-found' },
    });
    expect(await test.operator.get('/mails?cursor=x')).toMatchObject({ status: 400, body: { code: 'cursor.invalid' } });
    expect(await test.operator.get('/mails?state=sent')).toMatchObject({
      status: 400,
      body: { code: 'request.invalid' },
    });
  });
});

describe('a server that sends mails', () => {
  let ownServer: TestServer;
  let ownAccount: TestAccount;
  beforeAll(async () => {
    ownServer = await startTestServer({ SMTP_URL: box.url, DATABASE_URL: '' });
    ownAccount = await openTestAccount(ownServer);
  });
  afterAll(() => ownServer.close());

  /** Adds a user and waits until their mail has arrived and no mail is owed, so that all earlier mails have been sent. */
  async function waitForAllMails(operator = ownServer.operator): Promise<void> {
    const { email } = newPerson(ownAccount.domain);
    expectStatus(201, await operator.post(ownAccount.path('/users'), newPerson(ownAccount.domain, { email })));
    await box.waitForMails(email);
    await pollUntilDefined(async () =>
      (await operator.get('/mails?state=owed')).body.items.length === 0 ? true : undefined,
    );
  }

  it('MAIL-6: reminds every administrator daily of the users who wait for approval, until no user waits', async () => {
    const read = async (userId: string): Promise<string> =>
      (await ownServer.operator.get(ownAccount.path(`/users/${userId}`))).body.email;
    const administrators = [
      await read(ownAccount.administratorId),
      await read((await ownAccount.addUserWithRole('administrator')).id),
    ];
    const auditor = await read((await ownAccount.addUserWithRole('auditor')).id);
    const service = await createServiceApi(ownServer);
    const register = async (): Promise<string> =>
      expectStatus(201, await service.post('/registrations', newPerson(ownAccount.domain))).body.userId;
    const reminders = (address: string) =>
      box.mails.filter(
        ({ subject, recipients }) => subject!.startsWith('Somebody waits') && recipients.includes(address),
      );

    const strangers = [await register(), await register()];
    await waitForAllMails();
    expect(administrators.flatMap(reminders)).toEqual([]);
    for (const day of [1, 2]) {
      ownServer.clock.move(24 * 60 * minute);
      for (const administrator of administrators) {
        const sent = await box.waitForMails(administrator, /^Somebody waits/, day);
        expect(sent.at(-1)!.text).toContain('2 people wait for approval in Account');
      }
    }
    expectStatus(200, await ownServer.operator.post(ownAccount.path(`/users/${strangers[0]}/approve`)));
    expectStatus(200, await ownServer.operator.post(ownAccount.path(`/users/${strangers[1]}/reject`)));
    await waitForAllMails();
    ownServer.clock.move(24 * 60 * minute);
    await waitForAllMails();
    expect([...administrators, auditor].map((address) => reminders(address).length)).toEqual([2, 2, 0]);
  });

  it('MAIL-1: sends no mail again when the read models are rebuilt', async () => {
    await waitForAllMails();
    await ownServer.server.close();
    const before = box.mails.length;
    rmSync(join(ownServer.directory, 'read-store'), { recursive: true });
    const server = await startServer(ownServer.config, { clock: ownServer.clock });
    const operator = new Api(server.url, readFileSync(server.operatorToken, 'utf8').trim());
    try {
      const head = (await operator.get('/health/ready')).body.projections.head;
      expect(
        (await operator.get(ownAccount.path('/users'), { 'rollbook-min-position': String(head) })).body.items.length,
      ).toBeGreaterThanOrEqual(2);
      await waitForAllMails(operator);
      expect(box.mails).toHaveLength(before + 1);
    } finally {
      await server.close();
    }
  });
});

describe('without a mail server', () => {
  let alone: TestServer;
  beforeAll(async () => {
    alone = await startTestServer({ PUBLIC_URL: 'https://users.example.com/' });
  });
  afterAll(() => alone.close());

  it('OPS-4: a mail is a file that only its owner can read, and its name contains no personal data', async () => {
    const { domain, administratorId } = await openTestAccount(alone);
    const mails = join(alone.directory, 'mail');
    const [file] = await pollUntilDefined(() => {
      try {
        const files = readdirSync(mails).filter((name) => name.endsWith('.eml'));
        return files.length > 0 ? files : undefined;
      } catch {
        return undefined;
      }
    });
    expect(file).toMatch(/^\d{4}-\d\d-\d\dT[\d.-]+Z-password-link-[0-9a-f]{8}\.eml$/);
    expect([statSync(mails).mode & 0o777, statSync(join(mails, file!)).mode & 0o777]).toEqual([0o700, 0o600]);
    const mail = await simpleParser(readFileSync(join(mails, file!)));
    expect([mail.to].flat()[0]!.text).toContain(`@${domain}`);
    expect(mail.text).toContain('https://users.example.com/set-password#' + administratorId);
  });
});
