import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as pause } from 'node:timers/promises';
import { openVault, type Vault } from '#libs/vault';
import { MailProcess } from './mail-process.js';

let directory: string;
let vault: Vault;
let followedFrom: (number | undefined)[];
let problems: string[];
let mails: MailProcess;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'mails-'));
  vault = await openVault({ directory, key: Buffer.alloc(32, 7), create: true });
  followedFrom = [];
  problems = [];
  mails = new MailProcess({
    store: {
      lastPosition: () => Promise.resolve(9),
      async *follow(from: number | undefined, signal: AbortSignal) {
        followedFrom.push(from);
        yield { kind: 'caughtUp' };
        await pause(60_000, undefined, { signal }).catch(() => {});
      },
    } as never,
    vault,
    transport: { concurrency: 1, close: () => {} } as never,
    now: () => new Date(),
    approvalNoticeDelay: 0,
    sleep: (ms, signal) => pause(ms, undefined, { signal }).catch(() => {}),
    report: { written: () => {}, failed: () => {}, halted: (problem) => problems.push(problem) },
  });
});
afterEach(async () => {
  await vault.close();
  rmSync(directory, { recursive: true });
});

/** Runs the process for some retries. Returns the problem that its health shows then. */
async function run(): Promise<string | undefined> {
  mails.start('http://localhost');
  await pause(400);
  const { problem } = await mails.health();
  await mails.stop();
  return problem;
}

it('follows the log from its checkpoint', async () => {
  await vault.outbox.saveWithCheckpoint(undefined, 7, []);
  expect(await run()).toBeUndefined();
  expect([followedFrom, problems]).toEqual([[7], []]);
});

it.each([
  ['lowered', 'UPDATE process SET position = 1'],
  ['raised', 'UPDATE process SET position = 9'],
  ['deleted', 'DELETE FROM process'],
])('queues no mails and reports it once if its checkpoint was %s by SQL', async (_, sql) => {
  await vault.outbox.saveWithCheckpoint(undefined, 7, []);
  const db = new DatabaseSync(join(directory, 'vault.db'));
  db.exec(sql);
  db.close();
  expect(await run()).toBe('vault.foreign-checkpoint');
  expect([followedFrom, problems]).toEqual([[], ['vault.foreign-checkpoint']]);
});
