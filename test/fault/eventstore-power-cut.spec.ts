import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openVault } from '#libs/vault';
import { openLogFile } from '../../libs/embedded-eventstore/src/log.file.js';
import { Log } from '../../libs/embedded-eventstore/src/log.js';
import { Disk } from './power-cut.disk.js';
import { trace, whyNoTrace, type Call } from './power-cut.trace.js';

/** The number of boundaries between syncs, chosen at random, at which the power is cut. */
const cuts = Number(process.env['POWER_CUTS'] ?? 8);
/** In the long run so many that the WAL is checkpointed meanwhile, too. */
const users = Math.min(400, cuts * 12);
/** How often at each boundary a random part of the changes that were not synced is kept. */
const parts = 2;
const files = ['events.db', 'vault.db', 'vault.db.new'].flatMap((name) => [name, `${name}-wal`, `${name}-journal`]);

const reason = whyNoTrace();
if (reason) console.log(`The power is not cut: ${reason}.`);

const home = mkdtempSync(join(tmpdir(), 'power-cut-'));
afterAll(() => rmSync(home, { recursive: true }));

/** Opens the files after a power cut, as the server does, and returns the events. */
async function reopen(
  left: ReadonlyMap<string, Buffer>,
): Promise<{ position: number; stream: string; hasKey: boolean }[]> {
  const directory = mkdtempSync(join(home, 'cut-'));
  for (const [name, content] of left) writeFileSync(join(directory, name), content);
  const vault = await openVault({ directory, key: Buffer.alloc(32, 1), create: true });
  const log = new Log(openLogFile(directory));
  const found = [];
  for (let page = log.readPage(1, 1); page.length > 0; page = log.readPage(page.at(-1)!.position + 1, 1)) {
    for (const { position, stream } of page) {
      const owner = `user:${stream.replace('test.user-', '')}` as const;
      found.push({ position, stream, hasKey: Buffer.isBuffer((await vault.findKeys([owner])).get(owner)) });
    }
  }
  log.close();
  await vault.close();
  rmSync(directory, { recursive: true });
  return found;
}

/** Returns the damage of a power cut; there should be none. */
async function check(left: ReadonlyMap<string, Buffer>, acknowledged: readonly string[]): Promise<void> {
  const found = await reopen(left);
  const there = new Set(found.map(({ position, stream }) => `${position} ${stream}`));
  expect(acknowledged.filter((append) => !there.has(append))).toEqual([]);
  expect(found.filter(({ hasKey }) => !hasKey)).toEqual([]);
  expect(found.map(({ position }) => position)).toEqual(found.map((_, index) => index + 1));
}

(reason ? it.skip : it)(
  'loses nothing acknowledged, and no key, to a power cut between any two syncs',
  async () => {
    const directory = join(home, 'traced');
    mkdirSync(directory);
    const calls = trace(
      [process.execPath, 'dist/test/fault/power-cut.process.js', directory, String(users)],
      directory,
      [...files, 'acknowledged'],
      join(home, 'trace'),
    );
    const isSync = ({ kind }: Call) => kind === 'sync' || kind === 'sync directory';
    let left = calls.filter(isSync).length;
    let wanted = Math.min(cuts, left);
    const acknowledged: string[] = [];
    const disk = new Disk();
    for (const call of calls) {
      // Right before each sync: all that is acknowledged by then must be on disk by the earlier syncs.
      if (isSync(call) && Math.random() < wanted / left--) {
        wanted--;
        await check(
          disk.afterCut(() => false),
          acknowledged,
        );
        for (let part = 0; part < parts; part++)
          await check(
            disk.afterCut(() => Math.random() < 0.5),
            acknowledged,
          );
      }
      if (call.kind === 'append') acknowledged.push(call.text.trim());
      else replay(call, disk);
    }
    expect(acknowledged).toHaveLength(users);
    await check(
      disk.afterCut(() => false),
      acknowledged,
    );
  },
  600_000,
);

function replay(call: Exclude<Call, { kind: 'append' }>, disk: Disk): void {
  switch (call.kind) {
    case 'create':
      return disk.create(call.name);
    case 'unlink':
      return disk.unlink(call.name);
    case 'rename':
      return disk.rename(call.name, call.to);
    case 'truncate':
      return disk.file(call.name).truncate(call.length);
    case 'write':
      return disk.file(call.name).write(call.at, call.bytes);
    case 'sync':
      return disk.file(call.name).sync();
    case 'sync directory':
      return disk.syncDirectory();
  }
}
