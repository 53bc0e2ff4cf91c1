import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import * as fc from 'fast-check';
import { startEmbeddedEventStore } from '#libs/embedded-eventstore';
import { describeDatabaseError, openLogFile } from '../../libs/embedded-eventstore/src/log.file.js';
import { Log } from '../../libs/embedded-eventstore/src/log.js';

const appends = 100;
/** The number of events of each append. */
const together = 3;
const numRuns = Number(process.env['FAULT_RUNS'] ?? 40);

const home = mkdtempSync(join(tmpdir(), 'torn-'));
/** The files on disk after a process was killed, and after it was closed. */
let killed: { database: Buffer; wal: Buffer };
let closed: Buffer;
/** The length of the killed process's WAL after each append. */
const lengths: number[] = [];
/** Digests of the events as readers receive them. */
let frames: string[];

beforeAll(async () => {
  const node = await startEmbeddedEventStore({ directory: home, insecure: true });
  const client = EventStoreDBClient.connectionString(node.url);
  const [database, wal] = [join(home, 'events.db'), join(home, 'events.db-wal')];
  for (let nth = 0; nth < appends; nth++) {
    await client.appendToStream(
      `stream-${nth % 7}`,
      Array.from({ length: together }, () => jsonEvent({ type: 'a', data: { text: 'x'.repeat(nth * 5) } })),
    );
    lengths.push(statSync(wal).size);
  }
  void client.dispose();
  killed = { database: readFileSync(database), wal: readFileSync(wal) };
  await node.close();
  closed = readFileSync(database);
  frames = open({ database: closed });
  expect(frames).toHaveLength(appends * together);
}, 60_000);

afterAll(() => rmSync(home, { recursive: true }));

/** Opens the files as the node does and reads all events. Throws the node's error if it refuses them. */
function open({ database, wal }: { database: Buffer; wal?: Buffer }): string[] {
  const directory = mkdtempSync(join(home, 'files-'));
  writeFileSync(join(directory, 'events.db'), database);
  if (wal) writeFileSync(join(directory, 'events.db-wal'), wal);
  try {
    return readAll(directory);
  } catch (error) {
    throw describeDatabaseError(error as Error, directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function readAll(directory: string): string[] {
  const file = openLogFile(directory);
  try {
    const log = new Log(file);
    const found: string[] = [];
    for (let page = log.readPage(1, 1); page.length > 0; page = log.readPage(page.at(-1)!.position + 1, 1))
      found.push(...page.map(({ frame }) => createHash('sha256').update(frame).digest('hex')));
    return found;
  } finally {
    if (file.isOpen) file.close();
  }
}

const byteOf = (file: () => Buffer) => fc.nat(999_999).map((share) => Math.floor((share / 1_000_000) * file().length));
const flipped = (file: Buffer, at: number, bit: number): Buffer => {
  const copy = Buffer.from(file);
  copy[at]! ^= 1 << bit;
  return copy;
};
const refusal =
  /^[^\n]*(events\.db is (corrupted|not an event store|a database of another application)|events\.db was written by another version|events\.db can't be used)[^\n]*$/;

/** Returns undefined if the file is refused. */
function attempt(opening: () => string[]): string[] | undefined {
  try {
    return opening();
  } catch (error) {
    expect((error as Error).message).toMatch(refusal);
    return undefined;
  }
}

/** Checks that the events are whole appends, from the first on. */
const isPrefix = (found: string[]): boolean =>
  found.length % together === 0 && found.every((frame, index) => frame === frames[index]);

it('opens a log whose end is missing with all whole appends before that', () => {
  fc.assert(
    fc.property(
      byteOf(() => killed.wal),
      (length) => {
        const found = open({ ...killed, wal: killed.wal.subarray(0, length) });
        expect(isPrefix(found)).toBe(true);
        expect(found.length).toBe(together * lengths.filter((end) => end <= length).length);
      },
    ),
    { numRuns, unbiased: true },
  );
});

it('shows the events before a flipped bit in the newest part of a log', () => {
  fc.assert(
    fc.property(
      byteOf(() => killed.wal),
      fc.nat(7),
      (at, bit) => expect(isPrefix(open({ ...killed, wal: flipped(killed.wal, at, bit) }))).toBe(true),
    ),
    { numRuns, unbiased: true },
  );
});

it('refuses a truncated file in one line, or has every event, because the missing end may be an index', () => {
  fc.assert(
    fc.property(
      byteOf(() => closed),
      (length) => {
        // An empty file is a new database; SQLite treats a file of one byte alike.
        const found = attempt(() => open({ database: closed.subarray(0, Math.max(2, length)) }));
        expect(found ?? frames).toEqual(frames);
      },
    ),
    { numRuns, unbiased: true, examples: pageStarts() },
  );
});

/** Returns lengths that end right behind the beginning of a page, because SQLite may read there that the page is empty. */
function pageStarts(): [number][] {
  return Array.from({ length: Math.floor(closed.length / 4096) }, (_, page): [number] => [
    page * 4096 + 1 + (page % 9),
  ]);
}

it('never shows an event that differs from the written one', () => {
  fc.assert(
    fc.property(
      byteOf(() => closed),
      fc.nat(7),
      (at, bit) => {
        const written = new Set(frames);
        const found = attempt(() => open({ database: flipped(closed, at, bit) })) ?? [];
        expect(found.filter((frame) => !written.has(frame))).toEqual([]);
      },
    ),
    { numRuns: numRuns * 2, unbiased: true },
  );
});
