import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { throttledRefusal } from '#libs/kernel';

type Jobs = typeof import('./password.worker.js') & typeof import('./strength.worker.js');

/** How many jobs may wait for a thread; default, not configurable. */
const maxQueue = 100;

const createPool = (file: string, maxThreads: number): Piscina =>
  new Piscina({
    filename: fileURLToPath(new URL(file, import.meta.url)),
    minThreads: 0,
    maxThreads,
    maxQueue,
    // In ms. A thread that ends frees its memory.
    idleTimeout: 60_000,
    atomics: 'disabled',
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
    // The main thread gets the CPU first.
    niceIncrement: 5,
  });

/**
 * Worker threads that hash and rate passwords. They keep this CPU time away from the event loop and from the threads of libuv,
 * which read files and resolve host names.
 */
export class PasswordThreads {
  readonly #hashing: Piscina;
  /** Only one thread, since the dictionaries take much memory. */
  readonly #rating = createPool('./strength.worker.js', 1);
  readonly #jobs = new Set<Promise<unknown>>();

  constructor(readonly size = Math.min(4, Math.max(1, availableParallelism() - 1))) {
    this.#hashing = createPool('./password.worker.js', size);
  }

  /** Runs a job in a worker thread and returns its result. Throws `access.throttled` if too many jobs wait. */
  async run<Name extends keyof Jobs>(
    name: Name,
    task: Parameters<Jobs[Name]>[0],
  ): Promise<Awaited<ReturnType<Jobs[Name]>>> {
    const pool = name === 'strength' ? this.#rating : this.#hashing;
    if (pool.queueSize >= maxQueue) throw throttledRefusal('Too many passwords are being checked; wait a while.', 5);
    const job = pool.run(task, { name }) as Promise<Awaited<ReturnType<Jobs[Name]>>>;
    this.#jobs.add(job);
    return job.finally(() => this.#jobs.delete(job));
  }

  /** Waits for all jobs, then ends the threads. */
  async close(): Promise<void> {
    // Closing a pool drops the jobs that wait.
    await Promise.allSettled(this.#jobs);
    await Promise.all([this.#hashing.close(), this.#rating.close()]);
  }
}
