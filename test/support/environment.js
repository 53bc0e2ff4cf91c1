import { TestEnvironment } from 'jest-environment-node';

/** Whether this worker already has the exit handler. */
let hasExitHandler = false;

/** Jest's environment for Node, with an `import` that bypasses Jest's module registry (used by as-built.js). */
export default class extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.importNatively = (url) => import(url);
    if (!hasExitHandler) process.on('exit', exitWithoutCleanUp);
    hasExitHandler = true;
  }
}

/**
 * Ends a worker that has finished its work and closed its handles. Otherwise Node frees the heap and the compiled code
 * of all modules, which takes about 0.5 s; after that time Jest reports a leak and kills the worker.
 */
const exitWithoutCleanUp = (code) => process.reallyExit(code);
