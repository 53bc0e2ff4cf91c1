import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLogForReading } from '../../apps/server/src/open-log-for-reading.js';
import { startServer } from '../../apps/server/src/server.js';
import { verifyLog } from '../../apps/server/src/verify-log.js';
import { Api } from './api.js';
import { alterTime, attackedCopy, eventsIn } from './attacked-copy.js';
import { configFor, newPath } from './backup.js';
import type { LogFile, StoredRow } from './log-file.js';
import { runProgram } from './server-process.js';
import { expectStatus, openTestAccount, startTestServer } from './server.js';
import { readSettledHealth } from './settled-health.js';

/** Settings of an installation on the embedded stores, whichever stores the tests run on. */
export const embedded = { EVENTSTORE_URL: '', DATABASE_URL: '' };

/** Runs a tool on a stopped installation. */
export const runTool = (dataDir: string, tool: string, ...args: string[]) =>
  runProgram(`dist/apps/server/src/${tool}.js`, { DATA_DIR: dataDir }, ...args);

/** Runs log:accept. */
export const acceptStream = (dataDir: string, target: string, ...args: string[]) =>
  runTool(dataDir, 'log-accept', target, '--reason', 'Looked at it', ...args);

/** The health of a server that finds nothing. */
export const well = { status: 'ok', foreignData: expect.objectContaining({ status: 'ok' }) };

/** Returns what log:verify finds. */
export async function verify(dataDir: string): Promise<Awaited<ReturnType<typeof verifyLog>>> {
  await using closing = new AsyncDisposableStack();
  return await verifyLog(await openLogForReading(configFor(dataDir, embedded), closing), 'rollbook');
}

/** Expects that log:verify finds nothing. */
export const expectWell = async (dataDir: string): Promise<void> =>
  expect(await verify(dataDir)).toEqual({
    isWell: true,
    lines: [expect.stringMatching(/^Authentic events: .*tampered streams: 0; digest up to position \d+: agrees;/)],
  });

/** Expects that the read models are those of a replay. */
export function expectReadModelsAgree(dataDir: string): void {
  // They were discarded with the events that the log has lost.
  expect(runTool(dataDir, 'projections-prepare')).toMatchObject({ status: 0 });
  expect(runTool(dataDir, 'verify')).toEqual({ status: 0, output: 'The read models equal a replay of the log.\n' });
}

/** A stopped installation whose log its witness has seen to the end. Copies of it are attacked. */
export class AttackedInstallation {
  private constructor(
    readonly dataDir: string,
    /** The path of an account. */
    readonly account: string,
    /** The id of a user who was added, locked, unlocked and locked: revisions 0 to 3. */
    readonly user: string,
  ) {}

  /** Creates an installation, which is removed after the tests. */
  static async create(): Promise<AttackedInstallation> {
    const dataDir = newPath();
    const test = await startTestServer({ ...embedded, DATA_DIR: dataDir });
    const account = await openTestAccount(test);
    const user = await account.addUser();
    for (const action of ['lock', 'unlock', 'lock'])
      expectStatus(200, await test.operator.post(account.path(`/users/${user}/${action}`), { reason: 'odd' }));
    await account.addUser();
    // Read models do not go past the witness.
    expectStatus(200, await test.operator.get('/accounts'));
    await test.server.close();
    return new AttackedInstallation(dataDir, account.path(), user);
  }

  /** The stream of the user. */
  get stream(): string {
    return `user-${this.user}`;
  }

  /** Returns a copy whose log was changed. */
  attack(change: (log: LogFile, rows: StoredRow[]) => void = () => {}): string {
    return attackedCopy(this.dataDir, change);
  }

  /** Alters the event of the user at a revision. */
  alter = (revision: number) => (log: LogFile, rows: StoredRow[]) =>
    alterTime(log, eventsIn(rows, this.stream)[revision]!);

  /** Starts a server on a copy, unlocks and locks the user, and returns the user, the revisions of their history and the health. */
  async useServer(dataDir: string) {
    const server = await startServer(configFor(dataDir, embedded));
    try {
      const operator = new Api(server.url, readFileSync(join(dataDir, 'operator-token'), 'utf8').trim());
      const path = `${this.account}/users/${this.user}`;
      const found = expectStatus(200, await operator.get(path)).body;
      for (const action of ['unlock', 'lock'])
        expectStatus(200, await operator.post(`${path}/${action}`, { reason: 'odd' }));
      const history = expectStatus(200, await operator.get(`${path}/history`)).body.items;
      const health = await readSettledHealth(operator);
      return { found, history: history.map(({ revision }: { revision: number }) => revision), health };
    } finally {
      await server.close();
    }
  }
}
