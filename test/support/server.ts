import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes, randomUUID } from 'node:crypto';
import { ensureOperatorToken, permissionsOfRoles } from '#libs/access';
import { EventStore } from '#libs/event-store';
import { Clock } from '#libs/http';
import { Vault } from '#libs/vault';
import { readConfig, type Config } from '../../apps/server/src/config.js';
import { startServer, type Overrides, type Server } from '../../apps/server/src/server.js';
import { Api, type ApiResponse } from './api.js';
import { createDatabase } from './database.js';

/** The clock of a test server: the real time plus the time that the test has added. Waits take a tenth of their time. */
class MovableClock extends Clock {
  private offsetMs = 0;

  override now(): Date {
    return new Date(Date.now() + this.offsetMs);
  }

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return super.sleep(ms / 10, signal);
  }

  /** Moves the time forward by `ms`. */
  move(ms: number): void {
    this.offsetMs += ms;
  }
}

/** A server for one spec file, on the embedded stores or on those of EVENTSTORE_URL and DATABASE_URL; with SHARED_STATE, also the vault in that database. */
export interface TestServer {
  readonly server: Server;
  readonly config: Config;
  readonly directory: string;
  readonly clock: MovableClock;
  /** The API as the operator. */
  readonly operator: Api;
  close(): Promise<void>;
}

/** Starts a server with its own data directory and database. */
export async function startTestServer(
  environment: Record<string, string> = {},
  overrides: Overrides = {},
): Promise<TestServer> {
  const directory = mkdtempSync(join(tmpdir(), 'rollbook-'));
  const clock = new MovableClock();
  const { EVENTSTORE_URL, DATABASE_URL, EMPTY_READ_STORE, SHARED_STATE } = process.env;
  const database = DATABASE_URL ? await createDatabase(DATABASE_URL) : undefined;
  const config = readConfig({
    DATA_DIR: directory,
    PORT: '0',
    LOG_LEVEL: 'fatal',
    EVENTSTORE_NAMESPACE: EVENTSTORE_URL ? `test_${randomUUID().slice(0, 8)}` : 'rollbook',
    ...(EVENTSTORE_URL && { EVENTSTORE_URL }),
    ...(database && { DATABASE_URL: database.url }),
    // A test that brings stores of its own is about these.
    ...(SHARED_STATE &&
      !('DATABASE_URL' in environment || 'EVENTSTORE_URL' in environment) && {
        STATE_URL: database!.url,
        VAULT_KEY: randomBytes(32).toString('hex'),
        MAIL_DIR: join(directory, 'mail'),
      }),
    ...environment,
  });
  if (EMPTY_READ_STORE && !config.databaseUrl)
    cpSync(EMPTY_READ_STORE, join(config.dataDir, 'read-store'), { recursive: true });
  const server = await startServer(config, { clock, ...overrides });
  if (config.stateUrl) await issueOperatorToken(server);
  const operator = new Api(server.url, readFileSync(server.operatorToken, 'utf8').trim());
  const close = async () => {
    await server.close();
    await database?.drop();
    rmSync(directory, { recursive: true, force: true });
  };
  return { server, config, directory, clock, operator, close };
}

/** Issues the operator's token as `npm run operator-token` does. */
async function issueOperatorToken({ app, operatorToken: file }: Server): Promise<void> {
  const stores = { store: app.get(EventStore), vault: app.get(Vault) };
  await ensureOperatorToken({ ...stores, file, at: new Date().toISOString(), days: 90 });
}

/** An account with its own domain and its administrator's API. */
export interface TestAccount {
  readonly id: string;
  readonly domain: string;
  readonly administratorId: string;
  /** The API as its administrator. */
  readonly administrator: Api;
  /** Adds a user and returns their id. */
  addUser(fields?: Record<string, unknown>): Promise<string>;
  /** Adds a user with a role and returns their id and their API. */
  addUserWithRole(role: 'administrator' | 'co-administrator' | 'auditor'): Promise<{ id: string; api: Api }>;
  /** Returns `/accounts/<id>` followed by `rest`. */
  path(rest?: string): string;
}

let accounts = 0;

/** The scopes of a token that holds every permission that roles give a user. */
export const userScopes = permissionsOfRoles(['administrator']);

/** Opens an account with a new domain and an administrator. */
export async function openTestAccount({ operator }: Pick<TestServer, 'operator'>): Promise<TestAccount> {
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
  const addUser = async (fields = {}) =>
    expectStatus(201, await operator.post(path('/users'), person(fields))).body.userId as string;
  return {
    id,
    domain,
    administratorId,
    administrator: operator.as(await issueTokenFor(operator, administratorId)),
    addUser,
    path,
    async addUserWithRole(role) {
      const userId = await addUser();
      expectStatus(200, await operator.put(path(`/users/${userId}/roles/${role}`)));
      return { id: userId, api: operator.as(await issueTokenFor(operator, userId)) };
    },
  };
}

/** Issues a token for a user, as the operator. */
export async function issueTokenFor(
  operator: Api,
  userId: string,
  scopes: readonly string[] = userScopes,
): Promise<string> {
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  return expectStatus(
    201,
    await operator.post('/access-tokens', { kind: 'user', userId, name: 'test', scopes, expiresAt }),
  ).body.token;
}

/** Returns the response if it has this status, else throws an error that shows the response. */
export function expectStatus(status: number, reply: ApiResponse): ApiResponse {
  if (reply.status !== status) throw new Error(`expected ${status}, got ${reply.status}: ${reply.text}`);
  return reply;
}
