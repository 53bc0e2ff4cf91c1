import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/** Size of V8's heap for new objects, in MiB. By default some 40, which V8 fills before it collects garbage. */
const YOUNG_GENERATION_MB = 12;

/** Starts a thread of the embedded event store. */
export function startThread(name: 'node' | 'log', workerData: unknown): Worker {
  const file = fileURLToPath(new URL(`./${name}.worker.js`, import.meta.url));
  return new Worker(file, {
    workerData,
    name: `event-store-${name}`,
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
}
