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

/** One command that a client sent: with its key, it may be sent again. */
interface Sent {
  readonly method: 'POST' | 'PATCH' | 'PUT';
  readonly path: string;
  readonly body: object;
  readonly key: string;
  readonly account: string;
  /** Present once it was acknowledged. */
  answer?: ApiResponse;
}

const directory = mkdtempSync(join(tmpdir(), 'rollbook-kill-'));
let server: ServerProcess;
/** The account that is worked on, and its domain. */
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

/** Opens an account: each has one kill, for what many thousand events do to one account's commands is not the question here. */
async function openAccount(nth: number): Promise<void> {
  domain = `kill-${nth}.example`;
  const person = { email: `ada@${domain}`, firstName: 'Ada', lastName: 'Lovelace', country: 'GB' };
  account = expectStatus(201, await api().post('/accounts', { name: 'Kill', domains: [domain], administrator: person }))
    .body.accountId;
}

/** Sends a command with its key; the same again is the same command. */
const send = ({ method, path, body, key }: Sent): Promise<ApiResponse> =>
  api().send(method, path, body, { 'idempotency-key': key });

/** Sends a new command and remembers it, whether or not it is answered. */
async function issue(method: Sent['method'], path: string, body: object): Promise<ApiResponse> {
  const command: Sent = { method, path, body, key: randomUUID(), account };
  sent.push(command);
  command.answer = await send(command);
  if (--untilKill === 0) kill.emit('now');
  return command.answer;
}

/** How many more answers come before the next kill. */
let untilKill = 0;
const kill = new EventEmitter();

/** One client: adds users and acts on them until the server is gone. */
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

/** What a client meets when the server is killed; anything else is a fault. */
const gone = (error: unknown) => {
  if ((error as Error).message !== 'fetch failed') throw error;
};

it(
  `OPS-7: loses and doubles nothing in ${kills} kills under load`,
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

    // Sent once more, each answers what it answered first.
    for (const command of sent) {
      if (sent.length > 300 && randomInt(sent.length) > 300) continue;
      const again = await send(command);
      expect({ status: again.status, body: again.body, etag: again.etag }).toEqual({
        status: command.answer!.status,
        body: command.answer!.body,
        etag: command.answer!.etag,
      });
    }

    // Each is in the history exactly once: by what it did, to whom.
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
      // An administrator whose counting was cut short is granted the role once more.
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
