import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { Clock } from '#libs/http';
import { readConfig, type Config } from '../../apps/server/src/config.js';
import { startServer, type Overrides, type Server } from '../../apps/server/src/server.js';
import { Api, type Reply } from './api.js';
import { createDatabase } from './database.js';

/** The time of a test server: the real one, moved by what a test says. */
class MovableClock extends Clock {
  private ahead = 0;

  override now(): Date {
    return new Date(Date.now() + this.ahead);
  }

  /** Moves the time on, in ms. */
  move(ms: number): void {
    this.ahead += ms;
  }
}

/** A whole server of its own, on the embedded defaults, or on EVENTSTORE_URL and DATABASE_URL where they are set. */
export interface TestServer {
  readonly server: Server;
  readonly config: Config;
  readonly directory: string;
  readonly clock: MovableClock;
  /** The API as the operator. */
  readonly operator: Api;
  close(): Promise<void>;
}

export async function startTestServer(
  environment: Record<string, string> = {},
  overrides: Overrides = {},
): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'rollbook-'));
  const clock = new MovableClock();
  const { EVENTSTORE_URL, DATABASE_URL } = process.env;
  const database = DATABASE_URL ? await createDatabase(DATABASE_URL) : undefined;
  const config = readConfig({
    DATA_DIR: directory,
    PORT: '0',
    LOG_LEVEL: 'fatal',
    EVENTSTORE_NAMESPACE: EVENTSTORE_URL ? `test_${randomUUID().slice(0, 8)}` : 'rollbook',
    ...(EVENTSTORE_URL && { EVENTSTORE_URL }),
    ...(database && { DATABASE_URL: database.url }),
    ...environment,
  });
  const server = await startServer(config, { clock, ...overrides });
  const operator = new Api(server.url, readFileSync(server.operatorToken, 'utf8').trim());
  const close = async () => {
    await server.close();
    await database?.drop();
    rmSync(directory, { recursive: true, force: true });
  };
  return { server, config, directory, clock, operator, close };
}

/** An account with its own domain, its administrator's API, and ways to make more. */
export interface TestAccount {
  readonly id: string;
  readonly domain: string;
  readonly administratorId: string;
  /** The API as its administrator. */
  readonly administrator: Api;
  /** Adds a user and answers their id. */
  add(fields?: Record<string, unknown>): Promise<string>;
  /** Adds a user with a role and answers their API. */
  member(role: 'administrator' | 'co-administrator' | 'auditor'): Promise<{ id: string; api: Api }>;
  /** `/accounts/<id>` and what follows. */
  path(rest?: string): string;
}

let accounts = 0;

/** What an account's user may be given, for a token that holds all that their roles give. */
export const userScopes = [
  'users:read',
  'users:export',
  'users:add',
  'users:approve',
  'users:change',
  'users:lock',
  'users:delete',
  'users:reset-password',
  'roles:grant',
  'audit:read',
  'tokens:manage',
];

export async function openTestAccount({ operator }: TestServer): Promise<TestAccount> {
  const domain = `account-${++accounts}-${randomUUID().slice(0, 8)}.example`;
  const person = (fields: Record<string, unknown> = {}) => ({
    email: `user-${randomUUID()}@${domain}`,
    firstName: 'Grace',
    lastName: 'Hopper',
    country: 'US',
    ...fields,
  });
  const opened = expectStatus(
    201,
    await operator.post('/accounts', { name: `Account ${accounts}`, domains: [domain], administrator: person() }),
  );
  const { accountId: id, administratorId } = opened.body;
  const path = (rest = '') => `/accounts/${id}${rest}`;
  const add = async (fields = {}) =>
    expectStatus(201, await operator.post(path('/users'), person(fields))).body.userId as string;
  return {
    id,
    domain,
    administratorId,
    administrator: operator.as(await tokenOf(operator, administratorId)),
    add,
    path,
    async member(role) {
      const userId = await add();
      expectStatus(200, await operator.put(path(`/users/${userId}/roles/${role}`)));
      return { id: userId, api: operator.as(await tokenOf(operator, userId)) };
    },
  };
}

/** A token for a user, made by the operator. */
export async function tokenOf(operator: Api, userId: string, scopes: readonly string[] = userScopes): Promise<string> {
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  return expectStatus(
    201,
    await operator.post('/access-tokens', { kind: 'user', userId, name: 'test', scopes, expiresAt }),
  ).body.token;
}

/** The reply, if it has this status; else an error that shows what came instead. */
export function expectStatus(status: number, reply: Reply): Reply {
  if (reply.status !== status) throw new Error(`expected ${status}, got ${reply.status}: ${reply.text}`);
  return reply;
}
