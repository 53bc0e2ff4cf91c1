import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig, type Config } from '../../apps/server/src/config.js';
import { openLog, type Log } from '../../apps/server/src/open-stores.js';

/** The directory in which a spec file makes its installations and backups; it is removed after the tests. */
export const testDirectory = mkdtempSync(join(tmpdir(), 'backup-'));
afterAll(() => rmSync(testDirectory, { recursive: true, force: true }));

let paths = 0;

/** Returns a path in the test directory at which nothing exists yet. */
export const newPath = (): string => join(testDirectory, String(++paths));

/** Copies a directory to a new path in the test directory, which it returns. */
export function copyOf(directory: string): string {
  const copy = newPath();
  cpSync(directory, copy, { recursive: true });
  return copy;
}

/** Returns the settings of an installation with this data directory. */
export const configFor = (dataDir: string, more: Record<string, string> = {}): Config =>
  readConfig({ DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'fatal', ...more });

/** Accepts the messages of a backup or a restore and prints none. */
export const ignoreMessage = (): void => {};

/** Opens the log of an installation without a server, runs `work` on it and closes it. Creates a missing installation. */
export async function runWithLog<T>(config: Config, work: (log: Log) => Promise<T>): Promise<T> {
  await using closing = new AsyncDisposableStack();
  return await work(await openLog(config, closing));
}
