import { randomUUID } from 'node:crypto';
import { EventStore, type ProposedEvent } from '#libs/event-store';
import { toCanonicalAddress, emailClaimEvent, userEvent } from '#libs/users';
import { Vault } from '#libs/vault';
import { TestMailServer, pollUntilDefined, linkSecretIn } from '../support/mail-server.js';
import {
  expectStatus,
  openTestAccount,
  startTestServer,
  type TestAccount,
  type TestServer,
} from '../support/server.js';

let box: TestMailServer;
let server: TestServer;
let account: TestAccount;
beforeAll(async () => {
  box = await TestMailServer.open();
  server = await startTestServer({ SMTP_URL: box.url });
  account = await openTestAccount(server);
});
afterAll(async () => {
  await server.close();
  await box.stop();
});

const personWith = (email: string) => ({ email, firstName: 'Taro', lastName: 'Boss', country: 'JP' });

/** Adds a user with events as an older build wrote them, which accepted this address. */
async function addByOlderBuild(email: string): Promise<{ userId: string; position: number }> {
  const [store, vault] = [server.server.app.get(EventStore), server.server.app.get(Vault)];
  const [user, claim] = [randomUUID(), vault.hmac('email', toCanonicalAddress(email))];
  const about = {
    correlationId: randomUUID(),
    causationId: randomUUID(),
    actor: { id: randomUUID(), kind: 'operator' as const },
    at: server.clock.now().toISOString(),
    schema: 1,
  };
  const claimed: ProposedEvent = {
    id: randomUUID(),
    ...emailClaimEvent('EmailClaimed', { user }),
    envelope: { ...about, subject: { kind: 'email', id: claim } },
  };
  const added: ProposedEvent = {
    id: randomUUID(),
    ...userEvent('UserAdded', { ...personWith(email), account: account.id, status: 'active' }),
    envelope: { ...about, subject: { kind: 'user', id: user }, account: account.id },
  };
  await vault.addresses.findOrAdd(claim, `email-${claim}`);
  await store.append(`email-${claim}`, -1, [claimed]);
  const { position } = await store.append(`user-${user}`, -1, [added]);
  return { userId: user, position };
}

const refusedLocalParts = [
  ['an ideographic space', 'boss\u3000taro'],
  ['a no-break space', 'boss\u00a0taro'],
  ['a space in quotes', '"boss taro"'],
  ['quotes', '"taro"'],
  ['a zero-width space', 'ta\u200bro'],
  ['a soft hyphen', 'ta\u00adro'],
  ['a right-to-left override', 'ta\u202ero'],
  ['a variation selector', 'taro\ufe0f'],
  ['a Hangul filler', 'ta\u3164ro'],
  ['a byte order mark', '\ufefftaro'],
  ['a full-width @', 'taro\uff20evil.example'],
  ['a full-width comma', 'taro\uff0cboss'],
  ['a full-width dot', 'ta\uff0ero'],
  ['an accent that contains a space', 'taro\u00b4'],
  ['a route', 'taro%evil.example'],
  ['a bang path', 'evil.example!taro'],
  ['a comment', 'taro(boss)'],
  ['a control character', 'ta\u0085ro'],
  ['an encoded word', '=?utf-8?q?boss=40evil.example?='],
  ['an accent at its start', '\u0338taro'],
  ['a full stop of another script', 'ta\u3002ro'],
  ['a half-width full stop', 'ta\uff61ro'],
] as const;

test.each(refusedLocalParts)(
  'ADDRESS-4: an address with %s before the @ is refused for a new user, a registration and an administrator',
  async (_, local) => {
    const email = `${local}@${account.domain}`;
    const refused = { status: 400, body: { code: 'request.invalid' } };
    expect(await server.operator.post(account.path('/users'), personWith(email))).toMatchObject(refused);
    expect(await server.operator.post('/registrations', personWith(email))).toMatchObject(refused);
    expect(
      await server.operator.post('/accounts', { name: 'Another', domains: [], administrator: personWith(email) }),
    ).toMatchObject(refused);
  },
);

test.each([
  ['letters of any script', '\u592a\u90ce'],
  ['accents', 'jos\u00e9'],
  ['usual punctuation', "o'brien_+tag-1.2"],
])('MAIL-8: a mail for an address with %s goes exactly to this address', async (_, local) => {
  const email = `${local}@${account.domain}`;
  expectStatus(201, await server.operator.post(account.path('/users'), personWith(email)));
  expect((await box.waitForMails(email))[0]!.recipients).toEqual([email]);
});

test('ADDRESS-5: a user keeps an older address that would be refused now, and mails to it are parked at once', async () => {
  const taro = `taro@${account.domain}`;
  await account.addUser({ email: taro });
  await box.waitForMails(taro);
  const email = `boss\u3000taro@${account.domain}`;
  const { userId, position } = await addByOlderBuild(email);
  const mail = await pollUntilDefined(async () =>
    (await server.operator.get('/mails')).body.items.find((item: { userId: string }) => item.userId === userId),
  );
  expect(mail).toMatchObject({ kind: 'password-link', state: 'parked', attempts: 1, problem: 'address.refused' });
  // The mail process can be ahead of the read models.
  const found = await server.operator.get(account.path(`/users/${userId}`), {
    'rollbook-min-position': String(position),
  });
  expect(found.body).toMatchObject({ email, status: 'active' });
  expect(
    (await server.operator.get(account.path(`/users?email=${encodeURIComponent(email)}`))).body.items,
  ).toMatchObject([{ userId }]);

  // A login and a request for a link are answered as for any other address, so that strangers learn nothing.
  expect((await server.operator.inBrowser().post('/login', { email, password: 'guess' })).body).toMatchObject({
    code: 'login.failed',
  });
  expectStatus(202, await server.operator.inBrowser().post('/password-resets', { email }));
  expectStatus(
    202,
    await server.operator.inBrowser().post('/password-resets', { email: `nobody\u3000@${account.domain}` }),
  );

  // A mail that is sent again is parked again, and the mail process continues with the other mails.
  expectStatus(200, await server.operator.post(`/mails/${mail.mailId}/send`));
  const other = `other@${account.domain}`;
  await account.addUser({ email: other });
  expect(linkSecretIn((await box.waitForMails(other))[0]!)).toMatch(/./);
  await pollUntilDefined(async () =>
    (await server.operator.get('/mails?state=owed')).body.items.length === 0 ? true : undefined,
  );
  expect(box.mails.filter(({ recipients }) => recipients.includes(taro))).toHaveLength(1);
  expect((await server.operator.get('/mails')).body.items).toContainEqual(
    expect.objectContaining({ mailId: mail.mailId, state: 'parked' }),
  );
});

test('ADDRESS-4: MAIL_FROM with such an address is refused too', async () => {
  for (const from of [
    'ro\u200bllbook@sender.example',
    'roll\uff0cbook@sender.example',
    'Rollbook <roll%book@sender.example>',
    'rollbook@sen\u00adder.example',
  ]) {
    await expect(startTestServer({ MAIL_FROM: from })).rejects.toThrow('MAIL_FROM takes an address');
  }
});

test('NAME-1: a repeat with the same key is recognised, although spaces in the name are normalised', async () => {
  const headers = { 'idempotency-key': randomUUID() };
  const person = { ...personWith(`${randomUUID()}@${account.domain}`), firstName: '  Taro \u3000 Jiro ' };
  const first = expectStatus(201, await server.operator.post(account.path('/users'), person, headers));
  const again = expectStatus(201, await server.operator.post(account.path('/users'), person, headers));
  expect(again.body).toEqual(first.body);
  expect((await server.operator.get(account.path(`/users/${first.body.userId}`))).body.firstName).toBe('Taro Jiro');
});
