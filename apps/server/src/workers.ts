import cluster, { type Worker } from 'node:cluster';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import type { Config } from './config.js';
import { lockDataDirectory } from './data-directory.js';
import { toErrorText } from './error-text.js';
import { ServerLogger } from './logger.js';
import { listenForMetrics } from './metrics-listener.js';
import { onWorkerStarted } from './worker-messages.js';
import { WorkerMetrics } from './worker-metrics.js';

/** When a worker that does not end by a signal is killed, ms: after the 9.5 s that it has to finish its requests. */
const KILL_MS = 9_750;
/** The longest pause before a worker is replaced, ms. */
const LONGEST_PAUSE_MS = 30_000;
/** A worker that has served this long is replaced at once when it dies, ms. */
const STABLE_MS = 60_000;

/**
 * Runs `config.workers` servers, each in a process of its own, behind one port, until a signal ends them.
 * @param onStarted is called with the URL once the first one serves
 * @returns the exit code: 0 if all workers ended well, 1 if one did not; if the first one can't start, its exit code, after it
 *   has printed why
 * @throws Error of one line, before a worker is started
 */
export async function runWorkers(config: Config, onStarted: (url: string) => void): Promise<number> {
  Logger.overrideLogger(new ServerLogger(config.logLevel));
  await using closing = new AsyncDisposableStack();
  const lock = lockDataDirectory(config.dataDir);
  closing.defer(() => lock.release());
  const pool = new WorkerPool(config, onStarted);
  const listener = await listenForMetrics(config, pool.metrics);
  if (listener) closing.defer(() => listener.close());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => pool.stop());
  // With `await`, since the lock is held until the workers have ended.
  return await pool.run();
}

/** The workers. Worker n keeps its files in `DATA_DIR/worker-n`; the one that replaces it takes its number. */
class WorkerPool {
  private readonly logger = new Logger('Workers');
  private readonly running = new Set<Worker>();
  private readonly serving = new Set<Worker>();
  private readonly replacements = new Set<NodeJS.Timeout>();
  private readonly end = Promise.withResolvers<number>();
  private hasServed = false;
  private isStopping = false;
  private exitCode = 0;

  readonly metrics = new WorkerMetrics(() => [...this.serving]);

  constructor(
    private readonly config: Config,
    private readonly onStarted: (url: string) => void,
  ) {}

  /** Starts the workers, and returns the exit code when they have ended. */
  run(): Promise<number> {
    // The other workers start after the first, so that an error of the start is reported once and one process creates the tables.
    this.start(1, 0);
    return this.end.promise;
  }

  /** Lets each worker finish its requests; kills those that do not end in time. Idempotent, since npm forwards a terminal's signal a second time. */
  stop(): void {
    if (this.isStopping) return;
    this.isStopping = true;
    for (const timer of this.replacements) clearTimeout(timer);
    for (const worker of this.running) worker.process.kill('SIGTERM');
    setTimeout(() => {
      for (const worker of this.running) worker.process.kill('SIGKILL');
    }, KILL_MS).unref();
    this.endIfStopped();
  }

  /** @param deaths how many workers of this number have died one after the other */
  private start(number: number, deaths: number): void {
    const worker = cluster.fork({
      DATA_DIR: join(this.config.dataDir, `worker-${number}`),
      // A worker is one server; the primary process has the second listener.
      WORKERS: '1',
      METRICS_PORT: '',
    });
    this.running.add(worker);
    let servesSince = Infinity;
    onWorkerStarted(worker, (url) => {
      servesSince = performance.now();
      this.serving.add(worker);
      if (this.hasServed) return;
      this.hasServed = true;
      this.onStarted(url);
      if (!this.isStopping) for (let other = 2; other <= this.config.workers; other++) this.start(other, 0);
    });
    const onEnd = (reason: string, code: number | null) => {
      this.running.delete(worker);
      this.serving.delete(worker);
      this.metrics.keepCounters(worker);
      if (this.isStopping) {
        if (code !== 0) this.exitCode = 1;
        return this.endIfStopped();
      }
      if (!this.hasServed) {
        if (code === null) this.logger.error(`The first worker could not start: ${reason}.`);
        return this.end.resolve(code ?? 1);
      }
      const isStable = performance.now() - servesSince >= STABLE_MS;
      this.replace(number, isStable ? 0 : deaths, reason);
    };
    worker.once('exit', (code, signal) => onEnd(signal ?? `exit code ${code}`, signal ? null : code));
    worker.on('error', (error) => {
      // Without a process there is no exit. Other errors are of messages, whose senders give up by themselves.
      if (worker.process.pid === undefined && this.running.has(worker)) onEnd(error.message, null);
    });
  }

  private replace(number: number, deaths: number, reason: string): void {
    const pause = deaths === 0 ? 0 : Math.min(LONGEST_PAUSE_MS, 1_000 * 2 ** (deaths - 1));
    this.logger.warn(`Worker ${number} has ended (${reason}): it is replaced in ${pause / 1_000} s.`);
    const timer = setTimeout(() => {
      this.replacements.delete(timer);
      try {
        this.start(number, deaths + 1);
      } catch (error) {
        // The system lacks memory for one more process.
        this.replace(number, deaths + 1, toErrorText(error));
      }
    }, pause);
    this.replacements.add(timer);
  }

  private endIfStopped(): void {
    if (this.running.size === 0) this.end.resolve(this.exitCode);
  }
}
