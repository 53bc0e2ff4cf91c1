import { randomInt, randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api, type ApiResponse } from '../support/api.js';
import { runProgram, startServerProcess, type ServerProcess } from '../support/server-process.js';
import { expectStatus } from '../support/server.js';

/** How often the server is killed. */
const kills = Number(process.env['KILLS'] ?? 5);
const clients = 8;

/** A command that a client sent. With its idempotency key it may be sent again. */
interface Sent {
  readonly method: 'POST' | 'PATCH' | 'PUT';
  readonly path: string;
  readonly body: object;
  readonly key: string;
  readonly account: string;
  /** The response; absent while there is none. */
  answer?: ApiResponse;
}

const directory = mkdtempSync(join(tmpdir(), 'rollbook-kill-'));
let server: ServerProcess;
/** The account that the clients change, and its domain. */
let account: string;
let domain: string;
const sent: Sent[] = [];

beforeAll(async () => {
  server = await startServerProcess(directory);
}, 120_000);

afterAll(async () => {
  await server.end('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

const api = () => new Api(server.url, server.token);

/** Opens an account. Each account has one kill, because this test is not about accounts with many thousand events. */
async function openAccount(nth: number): Promise<void> {
  domain = `kill-${nth}.example`;
  const person = { email: `ada@${domain}`, firstName: 'Ada', lastName: 'Lovelace', country: 'GB' };
  account = expectStatus(201, await api().post('/accounts', { name: 'Kill', domains: [domain], administrator: person }))
    .body.accountId;
}

/** Sends a command with its idempotency key. */
const send = ({ method, path, body, key }: Sent): Promise<ApiResponse> =>
  api().send(method, path, body, { 'idempotency-key': key });

/** Sends a new command and records it, whether or not there is a response. */
async function issue(method: Sent['method'], path: string, body: object): Promise<ApiResponse> {
  const command: Sent = { method, path, body, key: randomUUID(), account };
  sent.push(command);
  command.answer = await send(command);
  if (--untilKill === 0) kill.emit('now');
  return command.answer;
}

/** The number of responses before the next kill. */
let untilKill = 0;
const kill = new EventEmitter();

/** Runs one client, which adds users and acts on them until the server is killed. */
async function work(): Promise<void> {
  const users = `/accounts/${account}/users`;
  for (;;) {
    const { userId } = expectStatus(
      201,
      await issue('POST', users, {
        email: `${randomUUID()}@${domain}`,
        firstName: 'Grace',
        lastName: 'Hopper',
        country: 'US',
      }),
    ).body;
    expectStatus(200, await issue('POST', `${users}/${userId}/lock`, { reason: 'for a while' }));
    expectStatus(200, await issue('PATCH', `${users}/${userId}`, { lastName: 'Murray' }));
    expectStatus(200, await issue('POST', `${users}/${userId}/unlock`, {}));
    expectStatus(200, await issue('PUT', `${users}/${userId}/roles/administrator`, {}));
    expectStatus(200, await issue('POST', `${users}/${userId}/delete`, { keepRoles: true }));
    expectStatus(200, await issue('POST', `${users}/${userId}/restore`, {}));
  }
}

/** Ignores the error of a request to a killed server; throws any other error. */
const gone = (error: unknown) => {
  if ((error as Error).message !== 'fetch failed') throw error;
};

it(
  `OPS-7: loses and repeats no command in ${kills} kills under load`,
  async () => {
    for (let nth = 0; nth < kills; nth++) {
      await openAccount(nth);
      untilKill = randomInt(1, 100);
      const now = once(kill, 'now');
      const working = Array.from({ length: clients }, () => work().catch(gone));
      await now;
      await server.end('SIGKILL');
      await Promise.all(working);
      server = await startServerProcess(directory);
      const unanswered = sent.filter(({ answer }) => !answer);
      await Promise.all(unanswered.map(async (command) => (command.answer = await send(command))));
    }
    expect(sent.length).toBeGreaterThanOrEqual(kills);

    // Each command, sent again, has the same response as before.
    for (const command of sent) {
      if (sent.length > 300 && randomInt(sent.length) > 300) continue;
      const again = await send(command);
      expect({ status: again.status, body: again.body, etag: again.etag }).toEqual({
        status: command.answer!.status,
        body: command.answer!.body,
        etag: command.answer!.etag,
      });
    }

    // Each command is in the history of its user exactly once.
    const added = sent.filter(({ path, answer }) => path.endsWith('/users') && answer?.status === 201);
    for (const { answer, account } of added) {
      const { userId } = answer!.body;
      const acts = sent
        .filter(({ path, answer: reply }) => path.includes(userId) && reply?.status === 200)
        .map(({ method, path }) => `${method} ${path.split('/').at(-1)}`);
      const history: { action: string }[] = (
        await api().get(`/accounts/${account}/users/${userId}/history`, {
          'rollbook-min-position': String(answer!.position),
        })
      ).body.items;
      const expected = ['user.added', ...acts.map((act) => actionOf[act.replace(userId, ':id')]!)].sort();
      // The grant is repeated if the server was killed before it counted the administrator.
      expect([...new Set(history.map(({ action }) => action))].sort()).toEqual([...new Set(expected)].sort());
      for (const action of expected.filter((name) => name !== 'user.role-granted')) {
        expect(history.filter((row) => row.action === action)).toHaveLength(1);
      }
    }

    expect(await server.end('SIGTERM')).toBe(0);
    expect(runProgram('dist/apps/server/src/verify.js', { DATA_DIR: directory })).toEqual({
      status: 0,
      output: 'The read models equal a replay of the log.\n',
    });
    // The kills have left no foreign or tampered stream behind.
    expect(runProgram('dist/apps/server/src/log-verify.js', { DATA_DIR: directory })).toEqual({
      status: 0,
      output: expect.stringMatching(/^Authentic events: \d+, .*digest up to position \d+: agrees;[^\n]*\n$/),
    });
  },
  60_000 + kills * 60_000,
);

const actionOf: Record<string, string> = {
  'POST lock': 'user.locked',
  'PATCH :id': 'user.renamed',
  'POST unlock': 'user.unlocked',
  'PUT administrator': 'user.role-granted',
  'POST delete': 'user.deleted',
  'POST restore': 'user.restored',
};
