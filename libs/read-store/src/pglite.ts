// oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin
import { PGliteAdapter, PostgresDialect, type PostgresPool } from 'kysely';
import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DatabaseError } from 'pg';
import type { Reply, Request, Start } from './pglite.worker.js';
import { unavailable } from './unavailable.js';

/** Kysely over PGlite in a thread: to Kysely it is a `pg` pool of one connection, so both engines share one driver. */
export class PGliteDialect extends PostgresDialect {
  constructor(directory?: string) {
    // Not all of a pool: there are no cursors here to stream by.
    super({ pool: new OneThread(directory) as unknown as PostgresPool });
  }

  override createAdapter() {
    return new PGliteAdapter();
  }
}

/** A pool of one thread. One that died is replaced at the next query; what was open on it fails. */
class OneThread {
  readonly options = {};
  #thread: Thread | undefined;

  constructor(private readonly directory?: string) {}

  /** Never rejects, since Kysely would keep its one connection taken: a thread that can't start rejects queries. */
  async connect(): Promise<Thread> {
    if (!this.#thread?.alive) this.#thread = new Thread(this.directory);
    return this.#thread;
  }

  async end(): Promise<void> {
    await this.#thread?.close();
  }
}

type Answer = Extract<Reply, { rows: unknown[] }>;

class Thread {
  alive = true;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PromiseWithResolvers<Answer>>();
  #queries = 0;

  constructor(directory?: string) {
    const sibling = (name: string) => new URL(`./${name}${extname(import.meta.url)}`, import.meta.url);
    const workerData: Start = { ...(directory && { directory }), parsers: sibling('parsers').href };
    this.#worker = new Worker(sibling('pglite.worker'), { workerData });
    this.#worker.on('message', (reply: Reply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#die(error));
    this.#worker.on('exit', () => this.#die());
  }

  async query(sql: string, parameters: readonly unknown[] = []): Promise<Answer> {
    if (!this.alive) throw unavailable();
    const waiting = Promise.withResolvers<Answer>();
    const id = ++this.#queries;
    this.#waiting.set(id, waiting);
    this.#worker.postMessage({ id, sql, parameters } satisfies Request);
    return waiting.promise;
  }

  /** Nothing to give back: there is one connection. */
  release(): void {}

  async close(): Promise<void> {
    if (!this.alive) return;
    const exit = once(this.#worker, 'exit');
    this.#worker.postMessage('close' satisfies Request);
    await exit;
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('rows' in reply) waiting?.resolve(reply);
    else waiting?.reject(Object.assign(new DatabaseError(reply.error.message, 0, 'error'), reply.error));
  }

  #die(cause?: unknown): void {
    this.alive = false;
    for (const { reject } of this.#waiting.values()) reject(unavailable(cause));
    this.#waiting.clear();
  }
}
