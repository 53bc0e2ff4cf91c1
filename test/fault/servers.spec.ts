import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Draw } from '../demo/draw.js';
import { Api, type ApiResponse } from '../support/api.js';
import { startEventStoreProcess, type EventStoreProcess } from '../support/event-store-process.js';
import { TestMailServer, pollUntilDefined } from '../support/mail-server.js';
import { PostgresqlProcess, hasPostgresql } from '../support/postgresql-process.js';
import { runProgram, startServerProcess, type ServerProcess } from '../support/server-process.js';
import { TcpProxy } from '../support/tcp-proxy.js';

/** How often something fails under load, in each round. */
const failures = 4;
const firstSeed = Number(process.env['SEED'] ?? 15_001);
const seeds = Array.from({ length: Number(process.env['SERVER_ROUNDS'] ?? 2) }, (_, nth) => firstSeed + nth);
const clients = 6;
/** A server that was stopped longer than this has lost its leases, ms. */
const beyondLease = 8_000;

if (!hasPostgresql) console.warn('PostgreSQL is not installed: several servers that fail are not tested.');

/** A command that a client sent. With its idempotency key it may be sent again, also to another server. */
interface Sent {
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly body: object;
  readonly key: string;
  /** The response; absent while there is none. */
  answer?: ApiResponse;
}

/** A server, and its connections to PostgreSQL. */
class Member {
  server!: ServerProcess;
  private constructor(
    readonly directory: string,
    readonly cable: TcpProxy,
    private readonly postgresql: string,
    private readonly settings: Record<string, string>,
  ) {}

  static async create(postgresql: string, settings: Record<string, string>): Promise<Member> {
    const directory = mkdtempSync(join(tmpdir(), 'rollbook-servers-'));
    return new Member(directory, await TcpProxy.open(postgresql), postgresql, settings);
  }

  /** The settings for tools, which this process waits for, so that they can't use its proxy. */
  get toolSettings(): Record<string, string> {
    const { postgresql: url, directory, settings } = this;
    return { ...settings, DATABASE_URL: url, STATE_URL: url, DATA_DIR: directory };
  }

  async start(): Promise<void> {
    this.server = await startServerProcess(this.directory, {
      ...this.settings,
      DATABASE_URL: this.cable.url,
      STATE_URL: this.cable.url,
    });
  }

  async remove(): Promise<void> {
    await this.server.end('SIGKILL');
    await this.cable.disconnect();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

(hasPostgresql ? describe : describe.skip)('several servers of one installation', () => {
  let draw = new Draw(firstSeed);
  const events = mkdtempSync(join(tmpdir(), 'rollbook-servers-events-'));
  let node: EventStoreProcess;
  let postgresql: PostgresqlProcess;
  let box: TestMailServer;
  let members: Member[];
  let token: string;
  let account: string;
  let sent: Sent[] = [];
  let isOver = false;

  beforeAll(async () => {
    node = await startEventStoreProcess(events);
    postgresql = await PostgresqlProcess.start();
    box = await TestMailServer.open();
    const settings = { EVENTSTORE_URL: node.url, VAULT_KEY: '5'.repeat(64), SMTP_URL: box.url };
    members = await Promise.all([1, 2, 3].map(() => Member.create(postgresql.url, settings)));
    for (const member of members) await member.start();
    const [first] = members;
    expect(runProgram('dist/apps/server/src/operator-token.js', first!.toolSettings)).toMatchObject({ status: 0 });
    token = readFileSync(join(first!.directory, 'operator-token'), 'utf8').trim();
    const administrator = { email: 'ada@servers.example', firstName: 'Ada', lastName: 'Lovelace', country: 'GB' };
    const opened = await send({
      method: 'POST',
      path: '/accounts',
      body: { name: 'Servers', domains: ['servers.example'], administrator },
      key: randomUUID(),
    });
    account = opened.body.accountId as string;
  }, 120_000);

  afterAll(async () => {
    isOver = true;
    await Promise.all(members.map((member) => member.remove()));
    await box.stop();
    postgresql.remove();
    await node.kill();
    rmSync(events, { recursive: true, force: true });
  });

  const apiOf = (member: Member) => new Api(member.server.url, token);
  const anyMember = () => draw.one(members);

  /** Sends a command to any server, and again to any, until one answers something else than that it can't now. */
  async function send(command: Sent): Promise<ApiResponse> {
    for (;;) {
      const headers = { 'idempotency-key': command.key };
      const { method, path, body } = command;
      try {
        const api = apiOf(anyMember());
        const answer = await Promise.race([api.send(method, path, body, headers), pause(6_000)]);
        if (answer && answer.status !== 503) return (command.answer = answer);
      } catch (error) {
        if (!/fetch failed|terminated|other side closed/.test((error as Error).message)) throw error;
      }
      await pause(100);
    }
  }

  async function issue(method: Sent['method'], path: string, body: object): Promise<ApiResponse> {
    const command: Sent = { method, path, body, key: randomUUID() };
    sent.push(command);
    const answer = await send(command);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  }

  /** Runs one client, which adds users and acts on them. */
  async function work(until: () => boolean): Promise<void> {
    const users = `/accounts/${account}/users`;
    while (!until()) {
      const person = {
        email: `${randomUUID()}@servers.example`,
        firstName: 'Grace',
        lastName: 'Hopper',
        country: 'US',
      };
      const { userId } = (await issue('POST', users, person)).body;
      await issue('POST', `${users}/${userId}/lock`, { reason: 'for a while' });
      await issue('POST', `${users}/${userId}/unlock`, {});
      await issue('PUT', `${users}/${userId}/roles/administrator`, {});
      await issue('POST', `${users}/${userId}/delete`, {});
      await issue('POST', `${users}/${userId}/restore`, {});
    }
  }

  const faults: readonly (() => Promise<void>)[] = [
    // A server dies and is started again.
    async () => {
      const member = anyMember();
      await member.server.end('SIGKILL');
      await pause(draw.number() * beyondLease);
      await member.start();
    },
    // A server is stopped for longer than its leases, and goes on.
    async () => {
      const { child } = anyMember().server;
      child.kill('SIGSTOP');
      await pause(beyondLease);
      child.kill('SIGCONT');
    },
    // The connections of a server to PostgreSQL are cut.
    async () => {
      const { cable } = anyMember();
      await cable.disconnect();
      await pause(draw.number() * beyondLease);
      await cable.listen();
    },
    // PostgreSQL dies and is started again.
    async () => {
      postgresql.crash();
      await pause(draw.number() * 3_000);
      postgresql.resume();
    },
  ];

  it.each(seeds)(
    `OPS-24: lose and repeat no command in ${failures} failures under load (SEED=%i)`,
    async (seed) => {
      [draw, sent] = [new Draw(seed), []];
      let isDone = false;
      const working = Promise.all(Array.from({ length: clients }, () => work(() => isDone || isOver)));
      const firstFault = Math.floor(draw.number() * faults.length);
      for (let nth = 0; nth < failures; nth++) {
        await pause(1_000 + draw.number() * 2_000);
        await faults[(firstFault + nth) % faults.length]!();
      }
      isDone = true;
      await working;
      expect(sent.length).toBeGreaterThan(failures);

      // All servers are well again.
      for (const member of members)
        await pollUntilDefined(async () => {
          const { body } = await apiOf(member).get('/health/ready');
          return body?.status === 'ok' ? true : undefined;
        });

      // Each command, sent again through any server, has the same answer.
      for (const command of sent.slice(0, 300)) {
        const { answer } = command;
        const again = await send({ ...command });
        expect(comparable(again)).toEqual(comparable(answer!));
      }

      // Each act is in the history of its user exactly once, through each server at the position of the last command.
      const position = String(Math.max(...sent.map(({ answer }) => answer!.position)));
      const added = sent.filter(({ path }) => path.endsWith('/users'));
      for (const [nth, { answer }] of added.entries()) {
        const { userId } = answer!.body;
        const api = apiOf(members[nth % members.length]!);
        const path = `/accounts/${account}/users/${userId}/history`;
        const history = await api.get(path, { 'rollbook-min-position': position });
        const actions = (history.body.items as { action: string }[]).map(({ action }) => action);
        const acts = sent.filter(({ path: of }) => of.includes(userId)).map(({ path: of }) => of.split('/').at(-1)!);
        for (const act of ['lock', 'unlock', 'delete', 'restore'])
          expect([act, actions.filter((action) => action === actionOf[act]).length]).toEqual([
            act,
            acts.filter((issued) => issued === act).length,
          ]);
      }

      // Each owed mail was delivered, and at most once more for each failure.
      for (const member of members)
        await pollUntilDefined(async () => {
          const { body } = await apiOf(member).get('/mails?state=owed');
          return body?.counts?.owed === 0 ? true : undefined;
        });
      const copies = Map.groupBy(box.mails, ({ messageId }) => messageId);
      for (const mails of copies.values()) expect(mails.length).toBeLessThanOrEqual(1 + failures);
      const recipients = new Set(box.mails.flatMap(({ recipients: to }) => to));
      expect(added.filter(({ body }) => !recipients.has((body as { email: string }).email))).toEqual([]);

      // The read models equal a replay, and the log is well.
      const [{ toolSettings }] = members as [Member];
      expect(runProgram('dist/apps/server/src/verify.js', toolSettings)).toMatchObject({ status: 0 });
      expect(runProgram('dist/apps/server/src/log-verify.js', toolSettings)).toMatchObject({ status: 0 });
    },
    240_000 + failures * 30_000,
  );

  it('end with 0 on SIGTERM', async () => {
    for (const member of members) expect(await member.server.end('SIGTERM')).toBe(0);
  });
});

/** What an answer repeats. Which tokens a user has issued is unknown (`null`) while the read models are away. */
const comparable = ({ status, body, etag }: ApiResponse) => ({
  status,
  body: { ...body, issuedTokens: undefined },
  etag,
});

const actionOf: Readonly<Record<string, string>> = {
  lock: 'user.locked',
  unlock: 'user.unlocked',
  delete: 'user.deleted',
  restore: 'user.restored',
};
