import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { throttledRefusal } from '#libs/kernel';

type Jobs = typeof import('./password.worker.js') & typeof import('./strength.worker.js');

/** How many jobs may wait for a thread; default, not configurable. */
const maxQueue = 100;

const pool = (file: string, maxThreads: number): Piscina =>
  new Piscina({
    filename: fileURLToPath(new URL(file, import.meta.url)),
    minThreads: 0,
    maxThreads,
    maxQueue,
    // In ms: an idle thread gives its memory back.
    idleTimeout: 60_000,
    atomics: 'disabled',
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
    // Other callers come first where cores are scarce.
    niceIncrement: 5,
  });

/**
 * Worker threads for what costs much CPU time with a password, so that it blocks neither the event loop nor the threads of
 * libuv, which read files, resolve names and run SQLite.
 */
export class PasswordThreads {
  readonly #hashing: Piscina;
  /** One thread alone has the dictionaries. */
  readonly #judging = pool('./strength.worker.js', 1);
  readonly #jobs = new Set<Promise<unknown>>();

  constructor(readonly size = Math.min(4, Math.max(1, availableParallelism() - 1))) {
    this.#hashing = pool('./password.worker.js', size);
  }

  /** Runs a job in a thread. Throws `access.throttled` if too many wait. */
  async run<Name extends keyof Jobs>(
    name: Name,
    task: Parameters<Jobs[Name]>[0],
  ): Promise<Awaited<ReturnType<Jobs[Name]>>> {
    const pool = name === 'strength' ? this.#judging : this.#hashing;
    if (pool.queueSize >= maxQueue) throw throttledRefusal('Too many passwords are being checked; wait a while.', 5);
    const job = pool.run(task, { name }) as Promise<Awaited<ReturnType<Jobs[Name]>>>;
    this.#jobs.add(job);
    return job.finally(() => this.#jobs.delete(job));
  }

  /** Finishes the jobs that run or wait, then ends the threads. */
  async close(): Promise<void> {
    // The pool itself would drop those that wait.
    await Promise.allSettled(this.#jobs);
    await Promise.all([this.#hashing.close(), this.#judging.close()]);
  }
}
