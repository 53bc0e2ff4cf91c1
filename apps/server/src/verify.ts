import 'reflect-metadata';
import type { EventStore } from '#libs/event-store';
import { ProjectionRunner, digestTables, openTemporaryReadStore, type ReadStore } from '#libs/read-store';
import { readConfig, type Config } from './config.js';
import { loadEnvironmentFile } from './environment-file.js';
import { openStores } from './open-stores.js';
import { projections } from './projections.js';
import { toErrorText } from './error-text.js';

/** How long a replay may take, ms. */
const catchUpTimeoutMs = 3_600_000;

/**
 * Compares the read models with a replay of the whole log into an empty store: by table, the digest of its rows.
 * The server must be stopped. Resolves to the names of the tables that differ.
 */
async function verifyProjections(config: Config): Promise<string[]> {
  await using closing = new AsyncDisposableStack();
  const { store, readStore } = await openStores(config, closing);
  const replayed = await openTemporaryReadStore();
  closing.defer(() => replayed.close());
  const [is, shouldBe] = [await digestAtHead(store, readStore), await digestAtHead(store, replayed)];
  return Object.keys(shouldBe).filter((table) => is[table] !== shouldBe[table]);
}

/** Follows the log to its end and digests every table. */
async function digestAtHead(store: EventStore, readStore: ReadStore): Promise<Record<string, string>> {
  const report = (problem: object) => console.error('an event can not be projected', problem);
  const runner = new ProjectionRunner({
    store: readStore,
    projections,
    subscribe: (from, signal) => store.follow(from, signal),
    onProblem: report,
  });
  await runner.start();
  try {
    await runner.waitForPosition(await store.lastPosition(), catchUpTimeoutMs);
    return await digestTables(
      readStore.batchDb,
      projections.flatMap(({ tables }) => tables),
    );
  } finally {
    await runner.stop();
  }
}

/** `npm run projections:verify`: exit code 0 where they agree, 1 where a table differs, 2 where it can't be told. */
async function main(): Promise<number> {
  for (const warning of loadEnvironmentFile()) console.error(`rollbook: ${warning}`);
  const config = readConfig(process.env);
  const different = await verifyProjections(config);
  for (const table of different) console.log(`${table} differs from a replay of the log.`);
  if (different.length === 0) console.log('The read models equal a replay of the log.');
  return different.length === 0 ? 0 : 1;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(`rollbook: ${toErrorText(error)} Stop the server first if it runs.`);
    process.exit(2);
  },
);
