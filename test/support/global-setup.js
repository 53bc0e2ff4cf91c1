import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Builds what has changed before all tests, as `npm start` does: tests run the build. Then it prepares what all test servers share. */
export default async function setUp() {
  execFileSync('npm', ['run', '-s', 'build:changed'], { stdio: 'inherit' });
  const directory = mkdtempSync(join(tmpdir(), 'rollbook-template-'));
  await createEmptyReadStore(directory);
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  process.env['EMPTY_READ_STORE'] = join(directory, 'read-store');
}

/** Creates a read store with empty, complete tables that belongs to no log yet. A copy of it opens in half the time that a new one takes to create. */
async function createEmptyReadStore(directory) {
  const { ProjectionRunner, openReadStore } = await import('../../dist/libs/read-store/src/index.js');
  const { projections } = await import('../../dist/apps/server/src/projections.js');
  const store = await openReadStore({ directory, projections, log: { installation: '', namespace: '', restored: '' } });
  const { promise: caughtUp, resolve: onCaughtUp } = Promise.withResolvers();
  const subscribe = async function* (_, signal) {
    yield { kind: 'caughtUp' };
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
  };
  const runner = new ProjectionRunner({ store, projections, subscribe, onProblem: console.error, onCaughtUp });
  await runner.start();
  await caughtUp;
  await runner.stop();
  await store.batchDb.deleteFrom('read_store').execute();
  await store.close();
}
