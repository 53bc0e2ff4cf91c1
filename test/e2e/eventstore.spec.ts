import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AccessDeniedError, EventStoreDBClient, UnavailableError, jsonEvent } from '@eventstore/db-client';
import { embeddedEnvironment, runProgram } from '../support/server-process.js';

const program = 'dist/apps/server/src/eventstore.js';
let directory: string;
let running: Alone | undefined;

beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'eventstore-')), 'log');
});
afterEach(async () => {
  await running?.end('SIGKILL');
  rmSync(join(directory, '..'), { recursive: true });
});

/** The event store as a process of its own, as an operator runs it. */
interface Alone {
  readonly child: ChildProcess;
  /** What it has printed up to the end of its URL. */
  output(): string;
  /** A client that connects with the printed URL, quoted for a shell. */
  ask<T>(call: (client: EventStoreDBClient) => Promise<T>): Promise<T>;
  end(signal: NodeJS.Signals): Promise<number | null>;
}

async function start(...args: string[]): Promise<Alone> {
  const child = spawn(process.execPath, [program, '--port', '0', '--db', directory, ...args], {
    env: embeddedEnvironment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  while (!output.includes('esdb://')) await once(child.stdout, 'data');
  const url = /EVENTSTORE_URL="(.*)"/
    .exec(output)![1]!
    .replace(/\$\(cat '(.*)'\)/, (_, file: string) => readFileSync(file, 'utf8').trim());
  running = {
    child,
    output: () => output,
    async ask(call) {
      const client = EventStoreDBClient.connectionString(url);
      try {
        return await call(client);
      } finally {
        await client.dispose();
      }
    },
    async end(signal) {
      child.kill(signal);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      return child.exitCode;
    },
  };
  return running;
}

const append = (client: EventStoreDBClient) => client.appendToStream('one', jsonEvent({ type: 'a', data: {} }));

it('serves clients over TLS with a password in a private file, and keeps log and password after a restart', async () => {
  const first = await start();
  const password = readFileSync(join(directory, 'password'), 'utf8').trim();
  expect(statSync(join(directory, 'password')).mode & 0o777).toBe(0o600);
  await first.ask(append);
  await expect(
    first.ask((client) =>
      client.appendToStream('one', jsonEvent({ type: 'a', data: {} }), {
        credentials: { username: 'admin', password: 'wrong' },
      }),
    ),
  ).rejects.toBeInstanceOf(AccessDeniedError);
  expect(await first.end('SIGINT')).toBe(0);
  expect(first.output()).not.toContain(password);

  const second = await start();
  expect(await second.ask(append)).toMatchObject({ nextExpectedRevision: 1n });
  expect(await second.end('SIGTERM')).toBe(0);
  expect(readFileSync(join(directory, 'password'), 'utf8').trim()).toBe(password);
});

it('reads the password from a file', async () => {
  const file = join(directory, '..', 'secret');
  writeFileSync(file, 'correct-horse-battery-staple\n');
  const store = await start('--password-file', file);
  const credentials = { username: 'admin', password: 'correct-horse-battery-staple' };
  expect(
    await store.ask((client) => client.appendToStream('one', jsonEvent({ type: 'a', data: {} }), { credentials })),
  ).toMatchObject({ success: true });
});

it('accepts clients without a password if a setting says so', async () => {
  const store = await start('--insecure');
  expect(store.output()).toContain('?tls=false');
  expect(await store.ask(append)).toMatchObject({ nextExpectedRevision: 0n });
});

it('prints the reason and ends when it reads a damaged event', async () => {
  const first = await start();
  // More events than are read at the start, so that the damaged one is read later.
  await first.ask((client) =>
    client.appendToStream(
      'one',
      Array.from({ length: 300 }, () => jsonEvent({ type: 'a', data: { text: 'xxx' } })),
    ),
  );
  await first.end('SIGTERM');
  const file = new DatabaseSync(join(directory, 'events.db'));
  file.exec("UPDATE events SET frame = CAST(replace(CAST(frame AS TEXT), 'xxx', 'xyx') AS BLOB) WHERE position = 10");
  file.close();

  const second = await start();
  const exited = once(second.child, 'exit');
  await expect(
    second.ask(async (client) => {
      for await (const { event } of client.readStream('one')) expect(event?.data).toEqual({ text: 'xxx' });
    }),
  ).rejects.toBeInstanceOf(UnavailableError);
  expect(await exited).toEqual([1, null]);
  expect(second.output()).toContain(
    `eventstore: ${join(directory, 'events.db')} is corrupted: the event at position 10 is damaged\n`,
  );
});

describe('refuses to start', () => {
  it.each([
    ['with an unknown option', ['--prot', '0'], /^eventstore: Unknown option '--prot'.*\n$/],
    ['with an invalid port', ['--port', '70000'], /^eventstore: --port takes a port from 0 to 65535\.\n$/],
  ])('%s', (_, args, line) => {
    const { status, output } = runProgram(program, {}, ...args);
    expect(status).toBe(1);
    expect(output).toMatch(line);
  });

  it('while another process has the log', async () => {
    await start();
    expect(runProgram(program, {}, '--port', '0', '--db', directory)).toEqual({
      status: 1,
      output: `eventstore: ${join(directory, 'events.db')} is in use by another process\n`,
    });
  });

  it('with a password that cannot be part of a URL', () => {
    const file = join(directory, '..', 'secret');
    writeFileSync(file, 'a@b:c');
    expect(runProgram(program, {}, '--port', '0', '--db', directory, '--password-file', file)).toEqual({
      status: 1,
      output: expect.stringContaining(`${file} must hold`),
    });
  });
});

it('describes its options with --help', () => {
  const { status, output } = runProgram(program, {}, '--help');
  expect(status).toBe(0);
  for (const option of ['--port', '--db', '--password-file', '--insecure']) expect(output).toContain(option);
});
