import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { startEmbeddedEventStore, type EmbeddedEventStore } from '#libs/embedded-eventstore';
import { openReadStore, type ReadStore } from '#libs/read-store';
import type { Config } from './config.js';
import { lockDataDirectory } from './data-directory.js';
import { openInstallation, type Installation, type OpenOptions } from './installation.js';
import { projections } from './projections.js';
import { checkLeakResponseEnded } from './respond-to-leak.js';
import type { StoreHealth } from './store-health.js';
import { hostsOfUrl, noWait, type StoreWait } from './store-wait.js';
import { loadKey, vaultPlace } from './vault-place.js';

/** The log and its vault. */
export interface Log extends Installation {
  /** The embedded node, where it keeps the log. */
  readonly node?: EmbeddedEventStore;
}

/** With the store of the read models. */
export interface Stores extends Log {
  readonly readStore: ReadStore;
}

/** How a server opens its stores; tools use the defaults. */
export interface Opening {
  readonly wait?: StoreWait;
  readonly health?: StoreHealth;
}

/**
 * Opens the log, the vault and the read store of the settings, or the embedded ones; `closing` closes them.
 * @throws Error of one line
 */
export async function openStores(
  config: Config,
  closing: AsyncDisposableStack,
  { wait = noWait(), health }: Opening = {},
): Promise<Stores> {
  const { dataDir, databaseUrl, eventStoreNamespace: namespace } = config;
  const lock = lockDataDirectory(dataDir);
  closing.defer(() => lock.release());
  const log = await openLog(config, closing, {
    wait,
    ...(health && { observer: health.observer('event-store'), stateObserver: health.observer('vault') }),
  });
  checkLeakResponseEnded(log.vault);
  const identity = { installation: log.vault.fingerprint, namespace, restored: log.restored };
  const readStore = await wait.for(databaseUrl ? `read store at ${hostsOfUrl(databaseUrl)}` : 'read store', () =>
    openReadStore({
      directory: dataDir,
      ...(databaseUrl && { databaseUrl }),
      log: identity,
      projections,
      onDiscard: (error) =>
        new Logger('ReadStore').warn(
          `The read models can not be opened (${(error as Error).message}): they are built again.`,
        ),
      limits: { queryMs: config.queryTimeout * 1_000, batchMs: config.batchTimeout * 1_000 },
      ...(health && { observer: health.observer('read-store') }),
    }),
  );
  closing.defer(() => readStore.close());
  return { ...log, readStore };
}

/**
 * Opens the log with its vault, in a data directory that the caller has locked; without `create` only an existing log.
 * @throws Error of one line
 */
export async function openLog(
  config: Config,
  closing: AsyncDisposableStack,
  { wait = noWait(), ...options }: OpenOptions & { wait?: StoreWait } = {},
): Promise<Log> {
  const { dataDir, eventStoreUrl, stateUrl } = config;
  const node = eventStoreUrl ? undefined : await startEmbeddedEventStore({ directory: join(dataDir, 'events') });
  if (node) closing.defer(() => node.close());
  // Before the log, which is opened with the vault: so the message names the store that is away.
  if (stateUrl)
    await wait.for(`vault at ${hostsOfUrl(stateUrl)}`, () => vaultPlace(config, options.stateObserver).exists());
  const name = eventStoreUrl ? `event store at ${hostsOfUrl(eventStoreUrl)}` : 'event store';
  const installation = await wait.for(name, () => openInstallation(config, eventStoreUrl ?? node!.url, options));
  closing.defer(async () => {
    await installation.store.close();
    await installation.vault.close();
  });
  return { ...installation, ...(node && { node }) };
}

/**
 * Opens the log of an existing installation for a tool, whose server must be stopped.
 * @throws Error of one line
 */
export async function openStoppedLog(
  config: Config,
  closing: AsyncDisposableStack,
  options: Omit<OpenOptions, 'create'> = {},
): Promise<Log> {
  const place = vaultPlace(config);
  if (!(await place.exists())) throw new Error(`There is no vault in ${place.name}.`);
  await checkNoServers(config);
  const lock = lockDataDirectory(config.dataDir);
  closing.defer(() => lock.release());
  return await openLog(config, closing, { ...options, create: false });
}

/**
 * Throws an Error of one line if servers use the state in the database of STATE_URL. A server that was killed counts for 6 s.
 * Without STATE_URL, the lock on the data directory tells it.
 */
export async function checkNoServers(config: Config): Promise<void> {
  if (config.stateUrl === undefined) return;
  const place = vaultPlace(config);
  if (!(await place.exists())) return;
  const vault = await place.openForReading({ key: loadKey(config, { create: false }) });
  try {
    const servers = await vault.countServers();
    if (servers > 0)
      throw new Error(
        `${servers === 1 ? 'A server' : `${servers} servers`} of this installation ${servers === 1 ? 'is' : 'are'} running: stop all servers first.`,
      );
  } finally {
    await vault.close();
  }
}
