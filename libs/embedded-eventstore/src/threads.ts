import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/** A module hook for threads that run from the sources: resolves imports of `.js` files to the `.ts` files. */
export const RESOLVE_SOURCES = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({ resolve: (name, context, next) => next(/^\\.\\.?\\//.test(name) && context.parentURL?.endsWith('.ts') ? name.replace(/\\.js$/, '.ts') : name, context) });
`)}`;

/** Size of V8's heap for new objects, in MiB. By default some 40, which V8 fills before it collects garbage. */
const YOUNG_GENERATION_MB = 12;

/** Starts a thread of the embedded event store: from the TypeScript sources in tests, else from the build. */
export function startThread(name: 'node' | 'log', workerData: unknown): Worker {
  const fromSources = import.meta.url.endsWith('.ts');
  const file = fileURLToPath(new URL(`./${name}.worker.${fromSources ? 'ts' : 'js'}`, import.meta.url));
  return new Worker(file, {
    workerData,
    name: `event-store-${name}`,
    execArgv: fromSources ? ['--import', RESOLVE_SOURCES] : [],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
}
