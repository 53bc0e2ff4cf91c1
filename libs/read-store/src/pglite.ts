// oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin
import { extname } from 'node:path';
import { Duplex } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { GRACE, type StatementLimits } from './limits.js';
import type { Start } from './pglite.worker.js';
import { WatchedPool } from './pool.js';
import type { ServerWatch } from './server-watch.js';

/** How long, in ms, the end waits for the thread to end. */
const FAREWELL = 4_000;

/**
 * PGlite in a thread, on a directory. It is a `pg` pool of one connection that leads to the thread: both
 * engines share one driver, and a query costs one message there and one back, a quarter of PGlite's own API. A thread
 * that is busy can't be told from one that hangs: it is ended once it has been silent for as long as a batch may take.
 */
export const pglitePool = (watch: ServerWatch, { batchMs }: StatementLimits, directory: string): WatchedPool =>
  new WatchedPool(
    { max: 1, idleTimeoutMillis: 0, ssl: false, stream: () => new PGliteStream(directory) },
    { watch, lenience: batchMs + GRACE, farewell: FAREWELL },
  );

/** `AuthenticationOk`, `ReadyForQuery`: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const welcome = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0, 0x5a, 0, 0, 0, 5, 0x49]);
const terminate = 0x58;

/** A connection to PGlite as `pg` makes one to a server: frontend messages in, backend messages out. */
class PGliteStream extends Duplex {
  readonly #worker: Worker;
  #welcomed = false;
  #hasExited = false;

  constructor(directory: string) {
    super();
    const file = new URL(`./pglite.worker${extname(import.meta.url)}`, import.meta.url);
    this.#worker = new Worker(file, { workerData: { directory } satisfies Start });
    this.#worker.on('message', (answer: Uint8Array) => this.push(answer));
    this.#worker.on('error', (error) => this.destroy(error));
    this.#worker.on('exit', () => {
      this.#hasExited = true;
      this.destroy();
    });
  }

  /** What `pg` asks of a socket. */
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

  /** The messages of one query, which `pg` writes corked. */
  override _writev(messages: readonly { chunk: Buffer }[], done: () => void): void {
    this.#send(Buffer.concat(messages.map(({ chunk }) => chunk)));
    done();
  }

  override _final(done: () => void): void {
    this.#worker.once('exit', () => done());
    this.#worker.postMessage('close');
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    // Only once it has ended may another thread open the directory.
    if (this.#hasExited) return done(error);
    this.#worker.once('exit', () => done(error));
    void this.#worker.terminate();
  }

  #send(message: Buffer): void {
    if (!this.#welcomed) {
      // The start-up message: whoever has the thread is let in.
      this.#welcomed = true;
      this.push(welcome);
    } else if (message[0] !== terminate) {
      // A copy: a buffer of Node's is a view of a pool, all of which would be sent.
      const bytes = new Uint8Array(message);
      this.#worker.postMessage(bytes, [bytes.buffer]);
    }
  }
}
