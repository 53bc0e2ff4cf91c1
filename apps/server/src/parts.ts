import { join } from 'node:path';
import { startEmbeddedEventStore } from '#libs/embedded-eventstore';
import { openReadStore, type ReadStore } from '#libs/read-store';
import type { Config } from './config.js';
import { lockDataDirectory } from './data-directory.js';
import { openInstallation, type Installation } from './installation.js';
import type { Owned } from './owned.js';

/** The log, its vault, and the store of the read models. */
export interface Stores extends Installation {
  readonly readStore: ReadStore;
}

/** Opens what the settings name, the embedded defaults where they name nothing. Throws one clear line. */
export async function openStores(config: Config, owned: Owned): Promise<Stores> {
  const { dataDir, databaseUrl, eventStoreUrl, eventStoreNamespace: namespace } = config;
  const lock = lockDataDirectory(dataDir);
  owned.add(() => lock.release());
  const { store, vault } = await openInstallation(config, eventStoreUrl ?? (await embeddedNode(dataDir, owned)));
  owned.add(async () => {
    await store.close();
    vault.close();
  });
  const log = { installation: vault.fingerprint, namespace };
  const readStore = await openReadStore({ directory: dataDir, ...(databaseUrl && { databaseUrl }), log });
  owned.add(() => readStore.close());
  return { store, vault, readStore };
}

async function embeddedNode(dataDir: string, owned: Owned): Promise<string> {
  const node = await startEmbeddedEventStore({ directory: join(dataDir, 'events') });
  owned.add(() => node.close());
  return node.url;
}
