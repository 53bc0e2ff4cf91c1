import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { startEmbeddedEventStore } from '#libs/embedded-eventstore';
import { embeddedEnvironment, serverProgram, runProgram } from '../support/server-process.js';
import { newDirectory, startRefusal } from '../support/start-refusal.js';

describe('a start without its stores', () => {
  const secret = 'walnut-secret-4711';

  async function freePort(): Promise<number> {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }

  /** Starts a server. `printed` resolves when its output matches. */
  function start(environment: Record<string, string>) {
    const child = spawn(process.execPath, [serverProgram], {
      env: { ...embeddedEnvironment, DATA_DIR: newDirectory(), PORT: '0', LOG_LEVEL: 'log', ...environment },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
    const printed = async (what: RegExp) => {
      while (!what.test(output))
        await Promise.race([
          once(child.stdout, 'data'),
          once(child.stderr, 'data'),
          closed.then((code) => Promise.reject(new Error(`ended with ${code}: ${output}`))),
        ]);
    };
    return { child, closed, printed, output: () => output };
  }

  it('OPS-15: gives up after START_TIMEOUT, and says which store it waited for and why, without credentials', async () => {
    const port = await freePort();
    const eventStore = startRefusal({
      DATA_DIR: newDirectory(),
      EVENTSTORE_URL: `esdb://admin:${secret}@localhost:${port}?tlsVerifyCert=false&nonsense=1`,
      START_TIMEOUT: '1',
    });
    expect(eventStore).toBe(
      `rollbook: The event store at localhost:${port} is not available after 1 s (connection-refused): nothing listens at the host and port in its URL.`,
    );
    const readStore = startRefusal({
      DATA_DIR: newDirectory(),
      DATABASE_URL: `postgres://rollbook:${secret}@localhost:${port}/rollbook`,
      START_TIMEOUT: '0',
    });
    expect(readStore).toBe(
      `rollbook: The read store at localhost:${port} is not available (connection-refused): nothing listens at the host and port in its URL.`,
    );
    const { output } = runProgram(serverProgram, {
      DATA_DIR: newDirectory(),
      PORT: '0',
      EVENTSTORE_URL: `esdb://admin:${secret}@localhost:${port}?tlsVerifyCert=false&nonsense=1`,
      START_TIMEOUT: '0',
    });
    expect(output).not.toContain(secret);
    expect(output).toMatch(/the option tlsverifycert, which has no effect/);
  });

  it('OPS-15: ends with 0 on a signal while it waits', async () => {
    const waiting = start({ EVENTSTORE_URL: `esdb://localhost:${await freePort()}?tls=false` });
    await waiting.printed(/Waiting up to 60 s for the event store/);
    waiting.child.kill('SIGTERM');
    expect(await waiting.closed).toBe(0);
    expect(waiting.output()).not.toMatch(/rollbook:/);
  });

  it('OPS-15: continues when its store is available; the log says once that it was not, and once that it is', async () => {
    const port = await freePort();
    const waiting = start({ EVENTSTORE_URL: `kurrentdb://localhost:${port}?tls=false` });
    await waiting.printed(/Waiting up to 60 s for the event store/);
    const node = await startEmbeddedEventStore({ directory: newDirectory(), insecure: true, port });
    await waiting.printed(/Rollbook is running at/);
    const times = (what: RegExp) => waiting.output().match(what)?.length ?? 0;
    expect([times(/The event store is not available/g), times(/The event store is available again/g)]).toEqual([1, 1]);
    waiting.child.kill('SIGTERM');
    expect(await waiting.closed).toBe(0);
    await node.close();
  });
});
