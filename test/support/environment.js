import { TestEnvironment } from 'jest-environment-node';

/** Node's, with a way past Jest's module registry (as-built.js). */
export default class extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.importNatively = (url) => import(url);
  }
}
