import { randomUUID } from 'node:crypto';
import { v5 as uuidv5 } from 'uuid';
import { EventStore, WrongRevision, type ProposedEvent } from '#libs/event-store';
import { systemActor, noObserver, type StoreObserver } from '#libs/kernel';
import { loadVaultKey, openVault, vaultExists, type Vault } from '#libs/vault';
import type { Config } from './config.js';
import { eventCatalogue } from './event-catalogue.js';
import type { InstallationEvent } from './installation.events.js';

/** The log and the vault that belong to each other. */
export interface Installation {
  readonly store: EventStore;
  readonly vault: Vault;
  /** The id of the event that tells of the log's last restore, '' if it was never restored. */
  readonly restored: string;
}

export interface OpenOptions {
  /** Whether a log may be begun; default: yes. */
  readonly create?: boolean;
  /** Is told when the event store can't be used, and when it can again. */
  readonly observer?: StoreObserver;
}

/**
 * Opens the log and its vault, and checks that they belong together: the log's first event names the vault. It refuses
 * another or a missing vault, so that no new keys are created for an old log; an empty log for a vault in use, because the
 * address may be wrong; and, without `create`, a log that does not exist. Throws an Error of one line.
 */
export async function openInstallation(
  config: Config,
  url: string,
  { create = true, observer = noObserver }: OpenOptions = {},
): Promise<Installation> {
  let vault: Vault | undefined;
  const store = new EventStore({
    url,
    namespace: config.eventStoreNamespace,
    catalogue: eventCatalogue,
    observer,
    // The founding, which tells whose the log is, is read before any key is needed.
    keys: {
      findOrCreateKey: (owner) => vault!.findOrCreateKey(owner as never),
      findKey: (owner) => vault!.findKey(owner as never),
    },
  });
  try {
    const founder = await findFounder(store);
    if (founder && !vaultExists(config.dataDir)) {
      throw new Error(
        `The vault is missing from ${config.dataDir}: this log can not be read without the vault it was founded with.`,
      );
    }
    if (!founder && !create) throw new Error('There is no log of this installation.');
    const make = !founder && !vaultExists(config.dataDir);
    const key = loadVaultKey({
      ...(config.vaultKey && { value: config.vaultKey }),
      file: config.vaultKeyFile,
      create: make,
    });
    vault = openVault({ directory: config.dataDir, key, create: make });
    if (!founder && vault.hasOwnerKeys()) {
      throw new Error(
        `The vault in ${config.dataDir} holds the keys of a log, but this log is empty: give EVENTSTORE_URL and EVENTSTORE_NAMESPACE of that log, or another DATA_DIR.`,
      );
    }
    if ((founder ?? (await writeFounding(store, vault))) !== vault.fingerprint) {
      throw new Error(
        'This log was founded with another vault: give the DATA_DIR that belongs to it, or another EVENTSTORE_NAMESPACE.',
      );
    }
    return { store, vault, restored: await findRestore(store) };
  } catch (error) {
    vault?.close();
    await store.close();
    throw error;
  }
}

const stream = 'installation';

/** Returns the fingerprint of the vault that the log was founded with; `undefined` for an empty log. */
async function findFounder(store: EventStore): Promise<string | undefined> {
  for await (const { data } of store.read(stream, { maxCount: 1 })) return (data as { vault: string }).vault;
  return undefined;
}

/** Returns the id of the event of the last restore; '' if the log was never restored. */
async function findRestore(store: EventStore): Promise<string> {
  for await (const { id, type } of store.read(stream, { backwards: true, maxCount: 1 }))
    if (type === 'InstallationRestored') return id;
  return '';
}

/** Appends the log's first event, unless another process has, and returns the fingerprint in it. */
async function writeFounding(store: EventStore, vault: Vault): Promise<string> {
  const founded = toProposedEvent(vault, idOf(vault), {
    type: 'InstallationFounded',
    data: { vault: vault.fingerprint },
  });
  try {
    await store.append(stream, -1, [founded]);
  } catch (error) {
    if (!(error instanceof WrongRevision)) throw error;
  }
  return (await findFounder(store))!;
}

/** Appends the event of a restore: the events after the backup are lost, and new events take their positions. */
export async function recordRestore(
  { store, vault }: Installation,
  backup: { madeAt: string; position?: number },
): Promise<void> {
  for await (const { revision } of store.read(stream, { backwards: true, maxCount: 1 })) {
    await store.append(stream, revision, [
      toProposedEvent(vault, randomUUID(), { type: 'InstallationRestored', data: backup }),
    ]);
  }
}

const idOf = ({ fingerprint }: Vault): string => uuidv5(fingerprint, '0b1a3d5e-6f0f-4f38-9a0c-6c1f6f5f8b11');

function toProposedEvent(vault: Vault, id: string, { type, data }: InstallationEvent): ProposedEvent {
  const subject = { kind: 'installation', id: idOf(vault) } as const;
  return {
    id,
    type,
    data,
    envelope: {
      correlationId: randomUUID(),
      causationId: id,
      actor: systemActor,
      subject,
      at: new Date().toISOString(),
      schema: 1,
    },
  };
}
