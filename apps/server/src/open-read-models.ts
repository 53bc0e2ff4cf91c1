import { openReadStore, type ReadStore } from '#libs/read-store';
import type { Config } from './config.js';
import { lockDataDirectory } from './data-directory.js';
import { findLastLoss, type Installation } from './installation.js';
import { openLogForReading } from './open-log-for-reading.js';
import { projections } from './projections.js';

/**
 * Opens the log for reading, and the read models, for a tool; `closing` closes them. With PostgreSQL the server may run; PGlite
 * is in the process of the server, which must be stopped.
 * @throws Error of one line
 */
export async function openReadModels(
  config: Config,
  closing: AsyncDisposableStack,
): Promise<Pick<Installation, 'store' | 'vault'> & { readonly readStore: ReadStore }> {
  const { dataDir: directory, databaseUrl, eventStoreNamespace: namespace } = config;
  const isLocked = databaseUrl === undefined;
  if (isLocked) {
    const lock = lockDataDirectory(directory);
    closing.defer(() => lock.release());
  }
  const { store, vault } = await openLogForReading(config, closing, { isLocked });
  const readStore = await openReadStore({
    directory,
    ...(databaseUrl && { databaseUrl }),
    log: { installation: vault.fingerprint, namespace, restored: await findLastLoss(store) },
    projections,
    limits: { queryMs: config.queryTimeout * 1_000, batchMs: config.batchTimeout * 1_000 },
  });
  closing.defer(() => readStore.close());
  return { store, vault, readStore };
}
