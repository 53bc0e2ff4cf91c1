import { join } from 'node:path';
import { startEmbeddedEventStore } from '#libs/embedded-eventstore';
import { unlessTampered } from '#libs/event-store';
import { requestEventStoreUrl } from './backup/control.js';
import type { Config } from './config.js';
import { lockDataDirectory } from './data-directory.js';
import { checkFounder, createEventStore, type Installation } from './installation.js';
import { checkGenerationKeys } from './rotate-log-key.js';
import { loadKey, vaultPlace } from './vault-place.js';

/**
 * Opens the log and the vault of an installation for reading, while its server runs or is stopped. Changes neither. The vault
 * tells what was known about the log when it was opened. `closing` closes them.
 * @param options.isLocked whether the caller holds the lock on the data directory, so that no server runs
 * @throws Error of one line if there is no vault, it does not belong to the log, or the event store can not be reached
 */
export async function openLogForReading(
  config: Config,
  closing: AsyncDisposableStack,
  { isLocked = false } = {},
): Promise<Pick<Installation, 'store' | 'vault'>> {
  const place = vaultPlace(config);
  if (!(await place.exists())) throw new Error(`There is no vault in ${place.name}.`);
  const url = config.eventStoreUrl ?? (await reachEmbeddedEventStore(config.dataDir, closing, isLocked));
  const vault = await place.openForReading({ key: loadKey(config, { create: false }) });
  closing.defer(() => vault.close());
  const store = createEventStore(config, url, () => vault);
  closing.defer(() => store.close());
  await checkFounder(store, vault);
  if (vault.authentication.mustTakeOver)
    throw new Error('The log is of an earlier build and was not taken over: start the server of this build first.');
  await unlessTampered(checkGenerationKeys(store, vault), undefined);
  return { store, vault };
}

/** Returns the address of the embedded event store: that of the running server, or of one that is started here. */
async function reachEmbeddedEventStore(
  directory: string,
  closing: AsyncDisposableStack,
  isLocked: boolean,
): Promise<string> {
  const running = isLocked ? undefined : await requestEventStoreUrl(directory);
  if (running !== undefined) return running;
  if (!isLocked) {
    const lock = lockDataDirectory(directory);
    closing.defer(() => lock.release());
  }
  const node = await startEmbeddedEventStore({ directory: join(directory, 'events') });
  closing.defer(() => node.close());
  return node.url;
}
