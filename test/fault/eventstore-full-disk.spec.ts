import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { startEventStoreProcess, type EventStoreProcess } from '../support/event-store-process.js';

/** Without TLS, because the certificate would be on a disk that only the store sees. */
const insecure = 'insecure';

/** Returns a command line that runs a command with a disk of 8 MiB, which has a file of 4 MiB and which no other process sees. */
const onSmallDisk = (directory: string, command: string): string[] => [
  'unshare',
  '--mount',
  '--map-root-user',
  'sh',
  '-c',
  `mount -t tmpfs -o size=8m tmpfs '${directory}' && head -c 4194304 /dev/zero > '${directory}/ballast' && ${command}`,
];

const [unshare, ...trial] = onSmallDisk(tmpdir(), 'true');
const { status, stderr, error } = spawnSync(unshare!, trial, { encoding: 'utf8' });
const reason = status === 0 ? undefined : `no disk can be mounted here: ${error?.message ?? stderr.trim()}`;
if (reason) console.log(`The disk is not filled: ${reason}.`);

const directory = mkdtempSync(join(tmpdir(), 'full-disk-'));
let node: EventStoreProcess;
let client: EventStoreDBClient;

afterAll(async () => {
  void client?.dispose();
  await node?.kill();
  rmSync(directory, { recursive: true });
});

const append = (text: string, single = false) =>
  client.appendToStream(
    'one',
    jsonEvent({ type: 'a', data: { text } }),
    single ? { credentials: { username: '', password: '' } } : {},
  );

/** Returns the number of events that can be read. */
async function count(): Promise<number> {
  let events = 0;
  for await (const { event } of client.readStream('one')) expect(Number(event!.revision)).toBe(events++);
  return events;
}

(reason ? it.skip : it)(
  'refuses appends when the disk is full, reads on, and writes again when there is room',
  async () => {
    node = await startEventStoreProcess(directory, (command) =>
      onSmallDisk(directory, `exec ${[...command, insecure].map((word) => `'${word}'`).join(' ')}`),
    );
    client = EventStoreDBClient.connectionString(node.url);
    let written = 0;
    const fill = async (): Promise<never> => {
      for (;;) {
        await append('x'.repeat(100_000));
        written++;
      }
    };
    const full = { message: expect.stringContaining('the disk is full') };
    await expect(fill()).rejects.toMatchObject(full);
    expect(written).toBeGreaterThan(10);
    await expect(append('y'.repeat(100_000))).rejects.toMatchObject(full);
    await expect(append('y'.repeat(100_000), true)).rejects.toMatchObject(full);
    expect(await count()).toBe(written);
    node.child.send(join(directory, 'ballast'));
    await once(node.child, 'message');
    await expect(append('z'.repeat(100_000))).resolves.toMatchObject({ nextExpectedRevision: BigInt(written) });
    expect(await count()).toBe(written + 1);
  },
  60_000,
);
