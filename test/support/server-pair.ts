import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Api, type ApiResponse } from './api.js';
import { startEventStoreProcess, type EventStoreProcess } from './event-store-process.js';
import { TestMailServer } from './mail-server.js';
import { PostgresqlProcess } from './postgresql-process.js';
import { runProgram, startServerProcess, type ServerProcess } from './server-process.js';
import { expectStatus } from './server.js';

/** One server of a pair. */
interface Member {
  readonly directory: string;
  server: ServerProcess;
  /** The API as the operator. Reads wait for the last write through either server. */
  operator: Api;
}

/** Two servers, each a process, that share one event store and one PostgreSQL. The first one starts first, so it holds all leases. */
export interface ServerPair {
  readonly members: readonly [Member, Member];
  readonly node: EventStoreProcess;
  readonly postgresql: PostgresqlProcess;
  readonly mails: TestMailServer;
  /** The settings that the servers share, for tools. */
  readonly settings: Record<string, string>;
  /** Starts a server of the pair again, after it has ended. */
  restart(nth: 0 | 1): Promise<void>;
  /** Issues another token for the operator, after a tool has ended the one of `operator`. */
  renewToken(): void;
  close(): Promise<void>;
}

/**
 * Starts a pair of servers of a new installation.
 * @param builds the directories of their builds. Default: this one
 */
export async function startServerPair(builds: readonly [string, string] = ['.', '.']): Promise<ServerPair> {
  await using undo = new AsyncDisposableStack();
  const root = mkdtempSync(join(tmpdir(), 'rollbook-pair-'));
  undo.defer(() => rmSync(root, { recursive: true, force: true }));
  const newDirectory = (): string => mkdtempSync(join(root, 'data-'));
  const node = await startEventStoreProcess(newDirectory());
  undo.defer(() => node.kill());
  const postgresql = await PostgresqlProcess.start();
  undo.defer(() => postgresql.remove());
  const mails = await TestMailServer.open();
  undo.defer(() => mails.stop());
  const settings = {
    EVENTSTORE_URL: node.url,
    DATABASE_URL: postgresql.url,
    STATE_URL: postgresql.url,
    VAULT_KEY: randomBytes(32).toString('hex'),
    SMTP_URL: mails.url,
    TRUST_PROXY: '127.0.0.1',
  };
  const lastWrite = { position: 0 };
  let token: string | undefined;
  const issueToken = (): string => {
    const directory = newDirectory();
    const issued = runProgram('dist/apps/server/src/operator-token.js', { ...settings, DATA_DIR: directory });
    if (issued.status !== 0) throw new Error(issued.output);
    return readFileSync(join(directory, 'operator-token'), 'utf8').trim();
  };
  const start = async (nth: 0 | 1, directory: string): Promise<Member> => {
    const server = await startServerProcess(directory, settings, builds[nth]);
    token ??= issueToken();
    return { directory, server, operator: new Api(server.url, token, lastWrite) };
  };
  const members: [Member, Member] = [await start(0, newDirectory()), await start(1, newDirectory())];
  undo.defer(async () => {
    for (const { server } of members) await server.end('SIGKILL');
  });
  const closing = undo.move();
  return {
    members,
    node,
    postgresql,
    mails,
    settings,
    async restart(nth) {
      Object.assign(members[nth], await start(nth, members[nth].directory));
    },
    renewToken() {
      token = issueToken();
      for (const member of members) member.operator = member.operator.as(token);
    },
    close: () => closing.disposeAsync(),
  };
}

/** How long, in ms, tests wait for what holds everywhere within 1 s: three times that. */
const DEADLINE_MS = 3_000;

/** Calls `ask` every 25 ms until its answer is right, or `limitMs` are over; returns the last answer. */
export async function askUntil<T>(
  ask: () => Promise<T>,
  isRight: (answer: T) => boolean,
  limitMs = DEADLINE_MS,
): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    const answer = await ask();
    if (isRight(answer) || performance.now() > end) return answer;
    await pause(25);
  }
}

/** Sends a request again until its response has this status. Throws an Error if that takes 3 s. */
export const expectSoon = async (status: number, send: () => Promise<ApiResponse>): Promise<ApiResponse> =>
  expectStatus(status, await askUntil(send, (response) => response.status === status));
