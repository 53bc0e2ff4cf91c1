import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient } from '@eventstore/db-client';
import { simpleParser } from 'mailparser';
import { startEmbeddedEventStore } from '#libs/embedded-eventstore';
import { Api, type ApiResponse } from '../support/api.js';
import { TestMailServer, pollUntilDefined, linkSecretIn } from '../support/mail-server.js';
import { startServerProcess, type ServerProcess } from '../support/server-process.js';
import { tomorrow } from '../support/routes.js';
import { bytesOf, filesIn, findTexts } from '../support/search-bytes.js';
import { userScopes } from '../support/server.js';

/** Text that may be in clear. It proves that the search would find personal data, too. */
const accountName = 'Konfitürenmanufaktur';
const domain = 'walnusshain-4711.example';

/** Text that must not be in clear: names, addresses, reasons, IP addresses. */
const personal = {
  founder: { email: `kunegunda.founding@${domain}`, firstName: 'Kunegunda', lastName: 'Założycielska', country: 'PL' },
  added: {
    email: `Q.Brzeczyszczy+mail@${domain}`,
    firstName: 'Quirinius',
    lastName: 'Brzęczyszczykiewicz',
    country: 'PL',
  },
  registered: { email: `wilhelmine.reg@${domain}`, firstName: 'Wilhelmine', lastName: "O'Regenbogen", country: 'DE' },
  rejected: { email: `hildegunde.no@${domain}`, firstName: 'Hildegunde', lastName: 'Abgelehnte', country: 'DE' },
  renamed: { firstName: 'Quirinus-Maria', lastName: 'Przybyszewska' },
  reasons: [
    'caught smuggling walnuts',
    'forgave the walnut affair',
    'moved to Ulaanbaatar',
    'returned from Ulaanbaatar',
    'nobody knows this stranger',
    'known from the choir',
    'all of them were on strike',
  ],
  tokenNames: ['Quirins blauer Rechner', 'Nightly walnut import'],
  ips: ['198.51.100.77', '2001:db8:7777:1::42', '203.0.113.199'],
};
const secrets = [
  ...[personal.founder, personal.added, personal.registered, personal.rejected].flatMap(
    ({ email, firstName, lastName }) => [email.split('@')[0]!, firstName, lastName],
  ),
  ...Object.values(personal.renamed),
  ...personal.reasons,
  ...personal.tokenNames,
  ...personal.ips,
];

let directory: string;
let server: ServerProcess;
let operator: Api;
const refused: ApiResponse[] = [];
const answered: ApiResponse[] = [];
let userId: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'rollbook-'));
  server = await startServerProcess(directory, { TRUST_PROXY: '127.0.0.1', LOG_LEVEL: 'verbose' });
  operator = new Api(server.url, server.token);
  await sendPersonalData();
});
afterAll(async () => {
  await server.end('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

/** Sends all personal data to the API, in commands that are accepted and in commands that are refused. */
async function sendPersonalData(): Promise<void> {
  const { founder, added, registered, rejected, renamed, reasons, tokenNames, ips } = personal;
  const from = (ip: number) => ({ 'x-forwarded-for': ips[ip]! });
  const expectAccepted = (reply: ApiResponse): ApiResponse => {
    if (reply.status >= 300) throw new Error(`${reply.status}: ${reply.text}`);
    answered.push(reply);
    return reply;
  };
  const expectRefused = (reply: ApiResponse) => {
    if (reply.status < 400) throw new Error(`not refused: ${reply.text}`);
    refused.push(reply);
  };
  const { accountId, administratorId } = expectAccepted(
    await operator.post('/accounts', { name: accountName, domains: [domain], administrator: founder }, from(0)),
  ).body;
  const issued = expectAccepted(
    await operator.post(
      '/access-tokens',
      { kind: 'user', userId: administratorId, name: tokenNames[0], scopes: userScopes, expiresAt: tomorrow() },
      from(1),
    ),
  );
  expectAccepted(
    await operator.post('/access-tokens', {
      kind: 'service',
      accountId,
      name: tokenNames[1],
      scopes: ['users:read'],
      expiresAt: tomorrow(),
    }),
  );
  const api = operator.as(issued.body.token);
  const path = (rest: string) => `/accounts/${accountId}${rest}`;
  userId = expectAccepted(await api.post(path('/users'), added, from(0))).body.userId;
  const user = path(`/users/${userId}`);
  const [waiting, unwanted] = [
    expectAccepted(await operator.post('/registrations', registered, from(1))).body.userId,
    expectAccepted(await operator.post('/registrations', rejected)).body.userId,
  ];
  expectAccepted(await api.post(`${user}/lock`, { reason: reasons[0] }, from(0)));
  expectAccepted(await api.post(`${user}/lock`, { reason: reasons[1], dryRun: true }, from(0)));
  expectAccepted(await api.post(`${user}/unlock`, { reason: reasons[1] }, from(1)));
  expectAccepted(await api.patch(user, renamed, from(0)));
  expectAccepted(await operator.post(`/users/${userId}/logins`, { method: 'password', ip: ips[2] }, from(1)));
  expectAccepted(await api.post(`${user}/delete`, { reason: reasons[2] }, { 'idempotency-key': 'once', ...from(0) }));
  expectAccepted(await api.post(`${user}/restore`, { reason: reasons[3] }, from(0)));
  expectAccepted(await api.post(path(`/users/${unwanted}/reject`), { reason: reasons[4] }));
  expectAccepted(await api.post(path(`/users/${waiting}/approve`), { reason: reasons[5] }));
  expectAccepted(
    await api.post(path('/users/bulk'), { action: 'lock', userIds: [userId, waiting], reason: reasons[6] }, from(0)),
  );
  for (const question of ['', '?search=quirin', '?search=Brz%C4%99czy', `?email=${encodeURIComponent(added.email)}`])
    expectAccepted(await api.get(path(`/users${question}`), from(0)));
  for (const read of [user, `${user}/history`, path('/users.csv'), path('/pending-approvals')])
    expectAccepted(await api.get(read, from(1)));
  expectAccepted(await api.get('/audit'));

  const other = expectAccepted(
    await operator.post('/accounts', {
      name: 'Other',
      domains: [],
      administrator: { ...founder, email: 'someone@other.example', firstName: 'A', lastName: 'B' },
    }),
  ).body;
  expectRefused(await operator.post(`/accounts/${other.accountId}/users`, added));
  expectRefused(await operator.post('/registrations', { ...registered, country: 'XX' }));
  expectRefused(await operator.post('/registrations', registered));
  expectRefused(await operator.post('/accounts', { name: 'Third', domains: [domain], administrator: founder }));
  expectRefused(
    await api
      .post(path('/users'), { ...added, firstName: `${added.firstName}\u0000`, [added.lastName]: 1 })
      .then((reply) => ({ ...reply, text: reply.text.replaceAll(added.lastName, '<the field that was sent>') })),
  );
  expectRefused(await api.post(path('/users'), `{"firstName": "${added.firstName}", `));
  expectRefused(await api.post(`${user}/lock`, { reason: `${reasons[0]!}${'!'.repeat(500)}` }, from(0)));
  expectRefused(await api.post(`${user}/approve`, { reason: reasons[0], dryRun: true }));
  expectRefused(await api.post(`/users/${userId}/logins`, { method: 'password', ip: ips[2] }));
  expectRefused(await api.get(path(`/users/${added.firstName}`), from(0)));
  expectRefused(await api.get(`/${encodeURIComponent(added.lastName)}`, from(0)));
  expectRefused(await api.get(path(`/users?search=${added.firstName}&status=${added.firstName}`)));
  expectRefused(await api.get(`/audit?subject=${personal.renamed.lastName}%00`));
  expectRefused(await operator.as(added.firstName).get(path(`/users?search=${added.firstName}`), from(0)));
}

describe('personal data in clear', () => {
  const readFiles = (part: string) =>
    bytesOf(filesIn(directory).filter((file) => file.startsWith(join(directory, part))));

  it('OPS-4: is in responses of the API, where it belongs', () => {
    const text = Buffer.from(answered.map((reply) => reply.text).join('\n'));
    expect(findTexts(secrets, text).toSorted()).toEqual(secrets.toSorted());
  });

  it('OPS-4: is not in refusals', () => {
    const text = Buffer.from(refused.map((reply) => reply.text).join('\n'));
    expect(findTexts(secrets, text)).toEqual([]);
    expect(findTexts(['request.invalid', 'domain.owned-by-another', 'access.unauthenticated'], text)).toHaveLength(3);
  });

  it("OPS-4: is not in the server's log", () => {
    expect(findTexts([...secrets, server.token], Buffer.from(server.output()))).toEqual([]);
    expect(server.output()).toContain('/api/v1/accounts/:accountId/users/:userId/lock');
  });

  it('OPS-4: is not in the files of the event log while the server runs', () => {
    const files = filesIn(join(directory, 'events'));
    expect(files.some((file) => file.endsWith('-wal'))).toBe(true);
    expect(findTexts(secrets, readFiles('events'))).toEqual([]);
    expect(findTexts([accountName, 'UserLocked'], readFiles('events'))).toEqual([accountName, 'UserLocked']);
  });

  it("OPS-4: is not in the vault's files", () => {
    expect(findTexts([...secrets, accountName], readFiles('vault'))).toEqual([]);
    // These texts of the vault prove that the search reads its files.
    expect(findTexts(['CREATE TABLE', 'password-link', userId], readFiles('vault'))).toEqual([
      'CREATE TABLE',
      'password-link',
      userId,
    ]);
  });

  it('OPS-4: is in the mails, which are files here, and their link secrets are in no other file', async () => {
    const mails = await pollUntilDefined(() => {
      const bytes = readFiles('mail');
      return findTexts([personal.founder.email], bytes).length > 0 ? bytes : undefined;
    });
    const secret = linkSecretIn(await simpleParser(mails))
      .split('.')
      .at(-1)!;
    expect(findTexts([secret], readFiles('events'))).toEqual([]);
    expect(findTexts([secret], readFiles('vault'))).toEqual([]);
    expect(findTexts([secret, personal.founder.email], Buffer.from(server.output()))).toEqual([]);
    expect(server.output()).toMatch(/mail[\\/][^ "]+\.eml/);
  });

  it('OPS-4: is not in the events that any client of the log reads, nor in its files after the server has stopped', async () => {
    expect(await server.end('SIGTERM')).toBe(0);
    expect(findTexts(secrets, readFiles('events'))).toEqual([]);
    expect(findTexts([accountName], readFiles('events'))).toEqual([accountName]);

    const node = await startEmbeddedEventStore({ directory: join(directory, 'events') });
    const client = EventStoreDBClient.connectionString(node.url);
    try {
      const events: Buffer[] = [];
      const types = new Set<string>();
      for await (const { event } of client.readAll()) {
        if (!event) continue;
        types.add(event.type);
        const { data, metadata, ...rest } = event as {
          data: unknown;
          metadata: unknown;
          type: string;
          streamId: string;
          id: string;
        };
        const parts = [data, metadata].map((part) =>
          part instanceof Uint8Array ? Buffer.from(part) : Buffer.from(JSON.stringify(part) ?? ''),
        );
        events.push(Buffer.from(`${rest.type} ${rest.streamId} ${rest.id} `), ...parts);
      }
      const all = Buffer.concat(events);
      expect(findTexts(secrets, all)).toEqual([]);
      expect(findTexts([accountName, userId, domain], all)).toEqual([accountName, userId, domain]);
      for (const type of [
        'UserAdded',
        'UserRegistered',
        'UserRejected',
        'UserLocked',
        'UserRenamed',
        'UserDeleted',
        'UserLoggedIn',
        'AccessTokenIssued',
      ])
        expect(types).toContain(type);
    } finally {
      await client.dispose();
      await node.close();
    }
  });
});

it('OPS-4: personal data is not logged when a mail server refuses recipients by their address', async () => {
  const box = await TestMailServer.open();
  const home = mkdtempSync(join(tmpdir(), 'rollbook-'));
  const password = 'geheime-walnuss';
  box.refusal = (address) => `mailbox ${address} unavailable`;
  const refusing = await startServerProcess(home, {
    SMTP_URL: box.url.replace('//', `//someone:${password}@`),
    LOG_LEVEL: 'verbose',
  });
  try {
    const api = new Api(refusing.url, refusing.token);
    expect(
      await api.post('/accounts', { name: accountName, domains: [domain], administrator: personal.founder }),
    ).toMatchObject({ status: 201 });
    const [owed] = await pollUntilDefined(async () => {
      const { items } = (await api.get('/mails?state=owed')).body;
      return items[0]?.attempts ? items : undefined;
    });
    expect(owed).toMatchObject({ problem: 'EENVELOPE 550' });
    const told = [
      refusing.output(),
      JSON.stringify(owed),
      (await api.get('/health/ready')).text,
      (await api.get('/metrics')).text,
    ].join('\n');
    expect(findTexts([...secrets, domain, password], Buffer.from(told))).toEqual([]);
    expect(findTexts(['a mail could not be sent', 'EENVELOPE 550', 'rollbook_mails'], Buffer.from(told))).toHaveLength(
      3,
    );
    expect(
      findTexts(
        [...secrets, domain, password],
        bytesOf(filesIn(home).filter((file) => file.startsWith(join(home, 'vault')))),
      ),
    ).toEqual([]);
  } finally {
    await refusing.end('SIGKILL');
    await box.stop();
    rmSync(home, { recursive: true, force: true });
  }
});
