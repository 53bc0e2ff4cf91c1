import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { startEmbeddedEventStore, type EmbeddedEventStore } from '#libs/embedded-eventstore';
import { openReadStore, type ReadStore } from '#libs/read-store';
import type { Config } from './config.js';
import { lockDataDirectory } from './data-directory.js';
import { openInstallation, type Installation, type OpenOptions } from './installation.js';
import type { Owned } from './owned.js';
import type { StoreHealth } from './store-health.js';
import { hostsIn, noWait, type StoreWait } from './store-wait.js';

/** The log and its vault. */
export interface Log extends Installation {
  /** The embedded node, where it keeps the log. */
  readonly node?: EmbeddedEventStore;
}

/** With the store of the read models. */
export interface Stores extends Log {
  readonly readStore: ReadStore;
}

/** What a server opens its stores with; tools do without. */
export interface Opening {
  readonly wait?: StoreWait;
  readonly health?: StoreHealth;
}

/** Opens what the settings name, the embedded defaults where they name nothing. Throws one clear line. */
export async function openStores(
  config: Config,
  owned: Owned,
  { wait = noWait(), health }: Opening = {},
): Promise<Stores> {
  const { dataDir, databaseUrl, eventStoreNamespace: namespace } = config;
  const lock = lockDataDirectory(dataDir);
  owned.add(() => lock.release());
  const log = await openLog(config, owned, { wait, ...(health && { observer: health.observer('event-store') }) });
  const identity = { installation: log.vault.fingerprint, namespace, restored: log.restored };
  const readStore = await wait.for(databaseUrl ? `read store at ${hostsIn(databaseUrl)}` : 'read store', () =>
    openReadStore({
      directory: dataDir,
      ...(databaseUrl && { databaseUrl }),
      log: identity,
      onDiscard: (error) =>
        new Logger('ReadStore').warn(
          `The read models can not be opened (${(error as Error).message}): they are built again.`,
        ),
      limits: { queryMs: config.queryTimeout * 1_000, batchMs: config.batchTimeout * 1_000 },
      ...(health && { observer: health.observer('read-store') }),
    }),
  );
  owned.add(() => readStore.close());
  return { ...log, readStore };
}

/** Opens the log with its vault, in a data directory that is locked; without `create` only one that is there. Throws one clear line. */
export async function openLog(
  config: Config,
  owned: Owned,
  { wait = noWait(), ...options }: OpenOptions & { wait?: StoreWait } = {},
): Promise<Log> {
  const { dataDir, eventStoreUrl } = config;
  const node = eventStoreUrl ? undefined : await startEmbeddedEventStore({ directory: join(dataDir, 'events') });
  if (node) owned.add(() => node.close());
  const name = eventStoreUrl ? `event store at ${hostsIn(eventStoreUrl)}` : 'event store';
  const installation = await wait.for(name, () => openInstallation(config, eventStoreUrl ?? node!.url, options));
  owned.add(async () => {
    await installation.store.close();
    installation.vault.close();
  });
  return { ...installation, ...(node && { node }) };
}
