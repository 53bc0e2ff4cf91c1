import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { throttled } from '#libs/kernel';

type Jobs = typeof import('./password.worker.js');

/** How many jobs may wait for a thread; default, not configurable. */
const maxQueue = 100;

/**
 * Worker threads for what costs much CPU time with a password, so that it blocks neither the event loop nor the threads of
 * libuv, which read files, resolve names and run SQLite.
 */
export class PasswordThreads {
  readonly #pool: Piscina;
  readonly #jobs = new Set<Promise<unknown>>();

  constructor(readonly size = Math.min(4, Math.max(1, availableParallelism() - 1))) {
    this.#pool = new Piscina({
      filename: fileURLToPath(new URL('./password.worker.js', import.meta.url)),
      minThreads: 0,
      maxThreads: size,
      maxQueue,
      // In ms: an idle thread gives its memory back.
      idleTimeout: 60_000,
      atomics: 'disabled',
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
      // Other callers come first where cores are scarce.
      niceIncrement: 5,
    });
  }

  /** Runs a job in a thread. Throws `access.throttled` if too many wait. */
  async run<Name extends keyof Jobs>(name: Name, task: Parameters<Jobs[Name]>[0]): Promise<Awaited<ReturnType<Jobs[Name]>>> {
    if (this.#pool.queueSize >= maxQueue) throw throttled('Too many passwords are being checked; wait a while.', 5);
    const job = this.#pool.run(task, { name });
    this.#jobs.add(job);
    return job.finally(() => this.#jobs.delete(job));
  }

  /** Finishes the jobs that run or wait, then ends the threads. */
  async close(): Promise<void> {
    // The pool itself would drop those that wait.
    await Promise.allSettled(this.#jobs);
    await this.#pool.close();
  }
}
