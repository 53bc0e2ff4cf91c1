import 'reflect-metadata';
import { LogWitness } from '#libs/event-store';
import { ProjectionRunner } from '#libs/read-store';
import { openStores } from '../../apps/server/src/open-stores.js';
import { projections } from '../../apps/server/src/projections.js';
import { readConfig } from '../../apps/server/src/config.js';
import { seedLog } from './catch-up.seed.js';
import { answerQuestions } from './peer.js';

/** What it cost to build all read models from an empty store. */
export interface CatchUp {
  readonly seconds: number;
  /** CPU seconds of the main thread, and of all other threads of the process. */
  readonly mainCpu: number;
  readonly otherCpu: number;
  /** By how much the resident memory grew at most, in MB. */
  readonly memoryGrowth: number;
}

/** The data directory, and the database; `''`: PGlite. */
export interface Target {
  readonly dataDir: string;
  readonly databaseUrl: string;
}

const SAMPLE_MS = 100;

/** Builds the read models of a log as a server does: with the witness, on the embedded node. */
async function catchUp({ dataDir, databaseUrl }: Target): Promise<CatchUp> {
  await using closing = new AsyncDisposableStack();
  const { store, vault, readStore } = await openStores(
    readConfig({ DATA_DIR: dataDir, DATABASE_URL: databaseUrl }),
    closing,
  );
  const failed = Promise.withResolvers<never>();
  const witness = new LogWitness(store, vault.witness, failed.reject);
  closing.defer(() => witness.stop());
  witness.start();
  const runner = new ProjectionRunner({
    store: readStore,
    projections,
    subscribe: (from, signal) => store.follow(from, signal),
    onProblem: (problem) => failed.reject(new Error(JSON.stringify(problem))),
  });
  closing.defer(() => runner.stop());
  const end = await store.lastPosition();
  const memoryBefore = process.memoryUsage.rss();
  let memory = memoryBefore;
  const sampling = setInterval(() => (memory = Math.max(memory, process.memoryUsage.rss())), SAMPLE_MS);
  const [all, main, startedAt] = [process.cpuUsage(), process.threadCpuUsage(), performance.now()];
  await runner.start();
  await Promise.race([runner.waitForPosition(end, 3_600_000), failed.promise]);
  const seconds = (performance.now() - startedAt) / 1_000;
  clearInterval(sampling);
  const mainCpu = toSeconds(process.threadCpuUsage(main));
  return {
    seconds,
    mainCpu,
    otherCpu: toSeconds(process.cpuUsage(all)) - mainCpu,
    memoryGrowth: (memory - memoryBefore) / 2 ** 20,
  };
}

const toSeconds = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1e6;

answerQuestions({
  seed: ({ dataDir, events }: { dataDir: string; events: number }) => seedLog(dataDir, events, () => {}),
  catchUp,
});
