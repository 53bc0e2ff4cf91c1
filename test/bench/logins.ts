import { argon2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { TestMailServer, linkSecretIn } from '../support/mail-server.js';
import { measureBursts, type BurstRow } from './burst.js';
import type { Peer } from './peer.js';
import { Rollbook } from './rollbook.js';
import { median, row, type LatencyRow } from './statistics.js';

interface LoginRow {
  readonly what: string;
  readonly perSecond: number;
  /** The ratio of its rate to that of bare argon2id in the same round. */
  readonly ofBare: number;
}

export interface Logins {
  readonly rates: readonly LoginRow[];
  /** How long a stranger waits for each response that must reveal nothing. */
  readonly failures: readonly LatencyRow[];
  readonly live: readonly LatencyRow[];
  readonly bursts: readonly BurstRow[];
}

const password = 'correct horse battery';
const clients = 16;

/** Measures logins beside bare argon2id with the same cost, the response times that a stranger could compare, and the time from a change to an open page. */
export async function measureLogins(load: Peer, rounds: number, requests: number): Promise<Logins> {
  const mailbox = await TestMailServer.open();
  const rollbook = new Rollbook({ SMTP_URL: mailbox.url, TRUST_PROXY: '127.0.0.1' });
  try {
    await rollbook.start();
    await rollbook.openAccount();
    const visitor = new Visitor(rollbook, mailbox);
    const known: { id: string; email: string }[] = [];
    for (let nth = 0; nth < clients; nth++) known.push(await visitor.person(true));
    const locked = await visitor.person(true);
    await visitor.act(locked.id, 'lock');
    const without = await visitor.person(false);
    const rates = [];
    for (let round = -1; round < rounds; round++) {
      const bare = await perSecond(requests, () => argon2id());
      const logins = await perSecond(requests, (client) => visitor.logIn(known[client]!.email, password, 200));
      if (round >= 0) rates.push({ bare, logins });
    }
    const fail = (what: string, email: string, typed: string) =>
      timed(what, Math.ceil(requests / 4), () => visitor.logIn(email, typed, 401));
    return {
      rates: [
        { what: 'bare argon2id', perSecond: median(rates.map(({ bare }) => bare)), ofBare: 1 },
        {
          what: `logins, ${clients} clients`,
          perSecond: median(rates.map(({ logins }) => logins)),
          ofBare: median(rates.map(({ bare, logins }) => logins / bare)),
        },
      ],
      failures: [
        await fail('unknown address', 'nobody@nowhere.example', password),
        await fail('wrong password', known[0]!.email, 'wrong'),
        await fail('locked', locked.email, password),
        await fail('without a password', without.email, password),
      ],
      live: [row('change → told to an open page', await visitor.changes(without.id, requests))],
      bursts: await measureBursts({
        rollbook,
        load,
        rounds,
        newPerson: async () => (await visitor.person(true)).email,
      }),
    };
  } finally {
    await rollbook.remove();
    await mailbox.stop();
  }
}

/** The cost that OWASP recommends; see `libs/access`. */
const argon2id = () =>
  promisify(argon2)('argon2id', {
    message: password,
    nonce: randomBytes(16),
    memory: 19_456,
    passes: 2,
    parallelism: 1,
    tagLength: 32,
  });

async function perSecond(count: number, act: (client: number) => Promise<unknown>): Promise<number> {
  const began = performance.now();
  let left = count;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      while (left-- > 0) await act(client);
    }),
  );
  return (count / (performance.now() - began)) * 1_000;
}

async function timed(what: string, count: number, act: () => Promise<unknown>): Promise<LatencyRow> {
  const times = [];
  for (let nth = 0; nth < count; nth++) {
    const began = performance.now();
    await act();
    times.push(performance.now() - began);
  }
  return row(what, times);
}

/** Requests of a user in a browser. */
class Visitor {
  private calls = 0;

  constructor(
    private readonly rollbook: Rollbook,
    private readonly mailbox: TestMailServer,
  ) {}

  async person(withPassword: boolean): Promise<{ id: string; email: string }> {
    const { account, domain, operator } = this.rollbook;
    const email = `login-${++this.calls}@${domain}`;
    const { userId } = (
      await operator.post(`/accounts/${account}/users`, {
        email,
        firstName: 'Grace',
        lastName: 'Hopper',
        country: 'US',
      })
    ).body;
    const [mail] = await this.mailbox.waitForMails(email);
    if (withPassword) await this.post('/password-resets/confirm', { link: linkSecretIn(mail!), password }, 200);
    return { id: userId, email };
  }

  logIn = (email: string, typed: string, status: number) => this.post('/login', { email, password: typed }, status);

  act = (userId: string, act: string) =>
    this.rollbook.operator.post(`/accounts/${this.rollbook.account}/users/${userId}/${act}`);

  /** Returns the times from the acknowledgement of each change to its event at an open page, ms. */
  async changes(userId: string, count: number): Promise<number[]> {
    const leave = new AbortController();
    const { url, account, token } = this.rollbook;
    const response = await fetch(`${url}/api/v1/accounts/${account}/changes`, {
      headers: { authorization: `Bearer ${token}` },
      signal: leave.signal,
    });
    const chunks = response.body!.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
    let text = '';
    const times = [];
    for (let nth = 0; nth < count; nth++) {
      const { position } = await this.act(userId, nth % 2 ? 'unlock' : 'lock');
      const acknowledged = performance.now();
      while (!text.includes(`id: ${position}\n`)) text = text.slice(-10_000) + ((await chunks.next()).value ?? '');
      times.push(performance.now() - acknowledged);
    }
    leave.abort();
    return times;
  }

  /** Sends a request from another IP address each time, because failures are limited by IP address. */
  private async post(path: string, body: object, expected: number): Promise<void> {
    const from = `10.1.${(++this.calls >> 8) & 255}.${this.calls & 255}`;
    const { status, text } = await this.rollbook.operator.inBrowser().post(path, body, { 'x-forwarded-for': from });
    if (status !== expected) throw new Error(`expected ${expected}, got ${status}: ${text}`);
  }
}
