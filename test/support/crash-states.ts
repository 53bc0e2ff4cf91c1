import { createHash } from 'node:crypto';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { SqliteEngine } from '../../libs/vault/src/engine/sqlite-engine.js';
import { newPath } from './backup.js';

/**
 * Runs `work`. Before and after each statement that this thread sends to SQLite meanwhile, and each transaction of the vault's
 * thread, it copies files of a directory as they are: a process that was killed there would leave the same. Returns the directories with the copies, one for each
 * different state, in their order.
 * @param files paths in the directory, without the files that SQLite keeps beside them
 */
export async function collectCrashStates(
  directory: string,
  files: readonly string[],
  work: () => Promise<void>,
): Promise<string[]> {
  const states: string[] = [];
  let before = '';
  const copy = () => {
    const present = files.flatMap((file) => [file, `${file}-wal`]).filter((file) => existsSync(join(directory, file)));
    const now = createHash('sha256');
    for (const file of present) now.update(`${file}:`).update(readFileSync(join(directory, file)));
    const digest = now.digest('hex');
    if (digest === before) return;
    before = digest;
    const state = newPath();
    for (const file of present) cpSync(join(directory, file), join(state, file));
    states.push(state);
  };
  // oxlint-disable typescript/unbound-method -- both are called with their object
  const { exec } = DatabaseSync.prototype;
  const { run } = StatementSync.prototype;
  const { run: runInThread } = SqliteEngine.prototype;
  // oxlint-enable typescript/unbound-method
  DatabaseSync.prototype.exec = function (...args) {
    copy();
    exec.apply(this, args);
    copy();
  };
  StatementSync.prototype.run = function (this: StatementSync, ...args: unknown[]) {
    copy();
    const changes: unknown = Reflect.apply(run, this, args);
    copy();
    return changes;
  } as typeof run;
  SqliteEngine.prototype.run = async function (...args) {
    copy();
    const changes = await runInThread.apply(this, args);
    copy();
    return changes;
  };
  try {
    await work();
  } finally {
    DatabaseSync.prototype.exec = exec;
    StatementSync.prototype.run = run;
    SqliteEngine.prototype.run = runInThread;
  }
  return states;
}
