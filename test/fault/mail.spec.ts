import { randomInt, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Api } from '../support/api.js';
import { TestMailServer, pollUntilDefined, linkSecretIn, type ReceivedMail } from '../support/mail-server.js';
import { startServerProcess, type ServerProcess } from '../support/server-process.js';
import { expectStatus } from '../support/server.js';

/** How often the server is killed under load. */
const kills = Math.ceil(Number(process.env['KILLS'] ?? 5) / 2);

const directory = mkdtempSync(join(tmpdir(), 'rollbook-mail-'));
let box: TestMailServer;
let server: ServerProcess;
let account: string;

const api = () => new Api(server.url, server.token);
const start = async () => (server = await startServerProcess(directory, { SMTP_URL: box.url }));
const killed = async () => {
  await server.end('SIGKILL');
  box.beforeAccepting = box.beforeResponding = async () => {};
};

beforeAll(async () => {
  box = await TestMailServer.open();
  await start();
  const administrator = { email: 'ada@mail.example', firstName: 'Ada', lastName: 'Lovelace', country: 'GB' };
  account = expectStatus(201, await api().post('/accounts', { name: 'Mail', domains: ['mail.example'], administrator }))
    .body.accountId;
}, 120_000);

afterAll(async () => {
  await server.end('SIGKILL');
  await box.stop();
  rmSync(directory, { recursive: true, force: true });
});

const address = () => `${randomUUID()}@mail.example`;
const add = (email: string, headers = {}) =>
  api().post(`/accounts/${account}/users`, { email, firstName: 'Grace', lastName: 'Hopper', country: 'US' }, headers);
const nothingOwed = () =>
  pollUntilDefined(async () => ((await api().get('/mails?state=owed')).body.items.length === 0 ? true : undefined));
/** Waits until all mails are sent: a mail that was queued after all others has arrived, and none is queued any more. */
const everythingSent = async () => {
  const email = address();
  expectStatus(201, await add(email));
  await box.waitForMails(email);
  await nothingOwed();
};
const sentTo = (email: string) => box.mails.filter(({ recipients }) => recipients.includes(email));
/** Resolves when a mail to this address arrives; the mail server never responds to it. */
const heldAt = (hook: 'beforeAccepting' | 'beforeResponding', email: string) =>
  new Promise<void>((resolve) => {
    box[hook] = ({ recipients }: ReceivedMail) => {
      if (!recipients.includes(email)) return Promise.resolve();
      resolve();
      return new Promise(() => {});
    };
  });

/** Ignores the error of a request to a killed server; throws any other error. */
const gone = (error: unknown): undefined => {
  if ((error as Error).message !== 'fetch failed') throw error;
};

describe('a server that is killed', () => {
  it('MAIL-1: after an event sends the mail of that event when it runs again', async () => {
    const email = address();
    expectStatus(201, await add(email));
    await killed();
    await start();
    await box.waitForMails(email);
  });

  it('MAIL-1: while it sends a mail sends it when it runs again', async () => {
    const email = address();
    const held = heldAt('beforeAccepting', email);
    expectStatus(201, await add(email));
    await held;
    await killed();
    expect(sentTo(email)).toEqual([]);
    await start();
    await box.waitForMails(email);
    await everythingSent();
    expect(sentTo(email)).toHaveLength(1);
  });

  it('MAIL-1: before it knows that a mail was accepted sends it again with the same Message-ID and link', async () => {
    const email = address();
    const held = heldAt('beforeResponding', email);
    expectStatus(201, await add(email));
    await held;
    await killed();
    await start();
    const [first, second] = await box.waitForMails(email, /./, 2);
    expect([second!.messageId, linkSecretIn(second!)]).toEqual([first!.messageId, linkSecretIn(first!)]);
  });

  it('MAIL-1: after it knows that a mail was accepted never sends it again', async () => {
    const email = address();
    expectStatus(201, await add(email));
    await box.waitForMails(email);
    await nothingOwed();
    await killed();
    await start();
    await everythingSent();
    expect(sentTo(email)).toHaveLength(1);
  });

  it('MAIL-1: or stopped while a mail server does not respond, ends, and sends the mail when it runs again', async () => {
    const email = address();
    const held = heldAt('beforeAccepting', email);
    expectStatus(201, await add(email));
    await held;
    expect(await server.end('SIGTERM')).toBe(0);
    box.beforeAccepting = async () => {};
    await start();
    await box.waitForMails(email);
  });

  it(
    `MAIL-1: loses no mail in ${kills} kills under load`,
    async () => {
      const added: string[] = [];
      const work = async () => {
        for (;;) {
          const [email, key] = [address(), randomUUID()];
          added.push(email);
          // It is unknown whether the command was done before the kill, so it is sent again with the same key.
          let reply;
          while (!(reply = await add(email, { 'idempotency-key': key }).catch(gone)))
            await pollUntilDefined(() => restarted || undefined);
          expectStatus(201, reply);
          if (stopped) return;
        }
      };
      let restarted = true;
      let stopped = false;
      const clients = Array.from({ length: 4 }, work);
      for (let nth = 0; nth < kills; nth++) {
        await pause(randomInt(100, 1_000));
        restarted = false;
        await killed();
        await start();
        restarted = true;
      }
      stopped = true;
      await Promise.all(clients);
      for (const email of added) {
        const mails = await box.waitForMails(email);
        expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1);
      }
    },
    60_000 + kills * 60_000,
  );
});
