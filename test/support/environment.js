import { TestEnvironment } from 'jest-environment-node';

/** Set once per worker. */
let exitsAtOnce = false;

/** Node's, with a way past Jest's module registry (as-built.js). */
export default class extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.importNatively = (url) => import(url);
    if (!exitsAtOnce) process.on('exit', exitWithoutCleanUp);
    exitsAtOnce = true;
  }
}

/**
 * Ends a worker whose work and handles have ended. Node would then free the heap and the compiled code of all loaded
 * modules piece by piece, which takes about as long as the 0.5 s after which Jest calls it a leak and kills the worker.
 */
const exitWithoutCleanUp = (code) => process.reallyExit(code);
