// oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin
import { extname } from 'node:path';
import { Duplex } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { GRACE_MS, MonitoredPool, type ServerMonitor } from '#libs/postgresql';
import type { StatementLimits } from './limits.js';
import type { PGliteWorkerData } from './pglite.worker.js';

/** How long, in ms, closing waits for the thread to end. */
const CLOSE_TIMEOUT_MS = 4_000;

/**
 * Creates a pool of one connection to PGlite, which runs in a thread on a directory. So both engines share the driver `pg`, and
 * a query costs one message to the thread and one back, a quarter of PGlite's own API. A busy thread looks like one that hangs:
 * it is ended once it has not responded for as long as a batch may take.
 */
export const createPglitePool = (
  monitor: ServerMonitor,
  { batchMs }: StatementLimits,
  directory: string,
  searchPath: string,
): MonitoredPool =>
  new MonitoredPool(
    { max: 1, idleTimeoutMillis: 0, ssl: false, stream: () => new PGliteStream({ directory, searchPath }) },
    { monitor, abandonedLimitMs: batchMs + GRACE_MS, closeTimeoutMs: CLOSE_TIMEOUT_MS },
  );

/** `AuthenticationOk`, `ReadyForQuery`: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const startupResponse = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);
const TERMINATE = 0x58;

/** The socket of a `pg` connection, with PGlite's thread behind it: frontend messages in, backend messages out. */
class PGliteStream extends Duplex {
  readonly #worker: Worker;
  #hasStarted = false;
  #hasExited = false;

  constructor(workerData: PGliteWorkerData) {
    super();
    const file = new URL(`./pglite.worker${extname(import.meta.url)}`, import.meta.url);
    this.#worker = new Worker(file, { workerData });
    this.#worker.on('message', (response: Uint8Array) => this.push(response));
    this.#worker.on('error', (error) => this.destroy(error));
    this.#worker.on('exit', () => {
      this.#hasExited = true;
      this.destroy();
    });
  }

  /** Called by `pg`, like the next three methods, as of a socket. */
  connect(): this {
    process.nextTick(() => this.emit('connect'));
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  ref(): this {
    this.#worker.ref();
    return this;
  }

  unref(): this {
    this.#worker.unref();
    return this;
  }

  override _read(): void {}

  override _write(message: Buffer, _: BufferEncoding, done: () => void): void {
    this.#send(message);
    done();
  }

  /** Sends the messages of one query together: `pg` writes them corked. */
  override _writev(messages: readonly { chunk: Buffer }[], done: () => void): void {
    this.#send(Buffer.concat(messages.map(({ chunk }) => chunk)));
    done();
  }

  override _final(done: () => void): void {
    this.#worker.once('exit', () => done());
    this.#worker.postMessage('close');
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // Another thread may open the directory only after this one has ended.
    if (this.#hasExited) return done(error);
    this.#worker.once('exit', () => done(error));
    void this.#worker.terminate();
  }

  #send(message: Buffer): void {
    if (!this.#hasStarted) {
      // The start-up message needs no authentication here.
      this.#hasStarted = true;
      this.push(startupResponse);
    } else if (message[0] !== TERMINATE) {
      // A copy, because a Buffer may be a view of Node's shared pool, all of which would be sent.
      const bytes = new Uint8Array(message);
      this.#worker.postMessage(bytes, [bytes.buffer]);
    }
  }
}
