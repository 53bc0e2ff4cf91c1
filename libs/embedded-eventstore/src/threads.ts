import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/** Node strips the types of a `.ts` file; the imports inside, which name the built files, it must be told. */
export const RESOLVE_SOURCES = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({ resolve: (name, context, next) => next(/^\\.\\.?\\//.test(name) && context.parentURL?.endsWith('.ts') ? name.replace(/\\.js$/, '.ts') : name, context) });
`)}`;

/** Of the heap's part for new objects, in MiB: some 40 by default, which V8 fills before it looks what can go. */
const YOUNG_GENERATION = 12;

/** Starts a thread of the node; run from the sources (tests), it runs them too. */
export function startThread(name: 'node' | 'log', workerData: unknown): Worker {
  const fromSources = import.meta.url.endsWith('.ts');
  const file = fileURLToPath(new URL(`./${name}.worker.${fromSources ? 'ts' : 'js'}`, import.meta.url));
  return new Worker(file, {
    workerData,
    name: `event-store-${name}`,
    execArgv: fromSources ? ['--import', RESOLVE_SOURCES] : [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION },
  });
}
