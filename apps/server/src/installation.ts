import { Logger } from '@nestjs/common';
import { EventStore, UnreadableEvent, WrongRevision, unlessTampered } from '#libs/event-store';
import { noObserver, type StoreObserver } from '#libs/kernel';
import { enterClaims } from '#libs/users';
import type { Vault } from '#libs/vault';
import type { Config } from './config.js';
import { build, firstFormats } from './build.js';
import { eventCatalogue } from './event-catalogue.js';
import { appendToInstallation, installationStream as stream, idOf, toProposedEvent } from './installation-stream.js';
import { findLostEvent } from './lost-events.js';
import { applyOperatorEvents } from './operator-events.js';
import { checkGenerations } from './rotate-log-key.js';
import { loadKey, vaultPlace } from './vault-place.js';
import { takeOverLog } from './take-over-log.js';

/** The log and the vault that belong to each other. */
export interface Installation {
  readonly store: EventStore;
  readonly vault: Vault;
  /** The id of the event with which the log last lost events: a restore, or the acceptance of a tampered stream. '' if there is none. */
  readonly restored: string;
}

export interface OpenOptions {
  /** Whether a log may be begun; default: yes. */
  readonly create?: boolean;
  /** Is told when the event store can't be used, and when it can again. */
  readonly observer?: StoreObserver;
  /** Is told when the database of STATE_URL can't be used, and when it can again. */
  readonly stateObserver?: StoreObserver;
  /** Whether the log may be older than what the vault has seen of it, as after a restore; default: no. */
  readonly acceptsOlderLog?: boolean;
  /** Is called before the log is checked. */
  readonly beforeChecks?: (log: Pick<Installation, 'store' | 'vault'>) => Promise<void>;
}

/**
 * Opens the log and its vault, and checks that they belong together: the log's first event names the vault. It refuses
 * another or a missing vault, so that no new keys are created for an old log; an empty log for a vault in use, because the
 * address may be wrong; and, without `create`, a log that does not exist. A log of a build that did not authenticate events
 * is taken over. Throws an Error of one line.
 */
export async function openInstallation(
  config: Config,
  url: string,
  {
    create = true,
    observer = noObserver,
    stateObserver = noObserver,
    acceptsOlderLog = false,
    beforeChecks,
  }: OpenOptions = {},
): Promise<Installation> {
  let vault: Vault | undefined;
  // Whether there is a log is known before its keys are needed.
  const store = createEventStore(config, url, () => vault!, observer);
  try {
    const isNew = !(await store.hasEvents(stream));
    const place = vaultPlace(config, stateObserver);
    const vaultExists = await place.exists();
    if (!isNew && !vaultExists) {
      throw new Error(
        `The vault is missing from ${place.name}: this log can not be read without the vault it was founded with.`,
      );
    }
    if (isNew && !create) throw new Error('There is no log of this installation.');
    const make = isNew && !vaultExists;
    vault = await place.open({ key: loadKey(config, { create: make }), create: make });
    await vault.writtenFormats.check(build, firstFormats);
    if (isNew && (await vault.hasOwnerKeys())) {
      throw new Error(
        `The vault in ${place.name} holds the keys of a log, but this log is empty: give EVENTSTORE_URL and EVENTSTORE_NAMESPACE of that log, or another ${config.stateUrl ? 'STATE_URL' : 'DATA_DIR'}.`,
      );
    }
    if (isNew) await writeFounding(store, vault);
    await beforeChecks?.({ store, vault });
    await checkFounder(store, vault);
    if (vault.authentication.mustTakeOver) await takeOverLog(store, vault);
    await checkGenerations(store, vault);
    await applyOperatorEvents(store, vault);
    if (!acceptsOlderLog) await checkLogIsComplete(store, vault);
    await enterClaimsOfAddresses(store, vault);
    return { store, vault, restored: await findLastLoss(store) };
  } catch (error) {
    await store.close();
    await vault?.close();
    if (!(error instanceof UnreadableEvent) || error.event.stream !== stream) throw error;
    throw new Error(`The vault is older than the log: ${error.message}. Restore the vault that belongs to this log.`, {
      cause: error,
    });
  }
}

/** Returns the event store of the settings; `vault` returns the vault with the keys of the log. */
export function createEventStore(
  config: Config,
  url: string,
  vault: () => Vault,
  observer: StoreObserver = noObserver,
): EventStore {
  return new EventStore({
    url,
    namespace: config.eventStoreNamespace,
    catalogue: eventCatalogue,
    observer,
    onTampered: (name, reason) =>
      new Logger('EventStore').error('A stream was changed from outside Rollbook.', { stream: name, reason }),
    ensureWritable: (format) => vault().writtenFormats.ensureWritable(format, build),
    keys: {
      findOrCreateKey: (owner) => vault().findOrCreateKey(owner as never),
      findKeys: (owners) => vault().findKeys(owners as never),
      hideOwner: (owner) => vault().hideOwner(owner as never),
      get authentication() {
        return vault().authentication;
      },
      get witness() {
        return vault().witness;
      },
    },
  });
}

/** Throws an Error of one line if the first event of the log does not name this vault. */
export async function checkFounder(store: EventStore, vault: Vault): Promise<void> {
  if ((await findFounder(store)) === vault.fingerprint) return;
  throw new Error(
    'This log was founded with another vault, or its beginning was changed: give the DATA_DIR or STATE_URL that belongs to it, or another EVENTSTORE_NAMESPACE.',
  );
}

/** Returns the fingerprint of the vault that the log was founded with; `undefined` if no vault's founding authenticates. */
async function findFounder(store: EventStore): Promise<string | undefined> {
  const [first] = await unlessTampered(Array.fromAsync(store.read(stream, { maxCount: 1 })), []);
  return first?.revision === 0 ? (first.data as { vault: string }).vault : undefined;
}

/** Returns the id of the event with which the log last lost events that read models may have; '' if there is none. */
export async function findLastLoss(store: EventStore): Promise<string> {
  for await (const { id, type, data } of store.read(stream, { backwards: true }))
    if (type === 'InstallationRestored' || (type === 'TamperedStreamAccepted' && 'log' in data)) return id;
  return '';
}

/** Appends the log's first event, unless another process has. */
async function writeFounding(store: EventStore, vault: Vault): Promise<void> {
  const founded = toProposedEvent(vault, idOf(vault), {
    type: 'InstallationFounded',
    data: { vault: vault.fingerprint },
  });
  try {
    await store.append(stream, -1, [founded]);
  } catch (error) {
    if (!(error instanceof WrongRevision)) throw error;
  }
}

/** Enters the claims of addresses that the vault may not know. Throws an Error of one line if the vault lacks the key of one. */
async function enterClaimsOfAddresses(store: EventStore, vault: Vault): Promise<void> {
  try {
    for (const second of await enterClaims({ store, vault }))
      store.tampered.add(second, 'it claims an address that another stream has claimed before');
  } catch (error) {
    if (!(error instanceof UnreadableEvent)) throw error;
    throw new Error(
      'The vault is older than the log: it lacks the key of a person whose address was claimed since. Restore a newer backup of the vault, or the log and the vault from one backup.',
      { cause: error },
    );
  }
}

/**
 * Throws an Error of one line if the log does not hold an event that the vault knows: then its newest events were cut off, or
 * the event store was restored by other means than ours.
 */
async function checkLogIsComplete(store: EventStore, vault: Vault): Promise<void> {
  const lost = await findLostEvent({ store, vault });
  if (lost === undefined) return;
  throw new Error(
    `The log does not hold the event at position ${lost}, which this installation has seen: it was changed or restored from outside. If an operator has restored it, run npm run log:accept-restore.`,
  );
}

/**
 * Appends the event of a restore: the events after the backup are lost, and new events take their positions. What the vault
 * has seen of the lost events is forgotten, but only once the event is in the log: until then a start is refused.
 */
export async function recordRestore(
  { store, vault }: Pick<Installation, 'store' | 'vault'>,
  backup: { madeAt: string; position?: number },
): Promise<void> {
  const end = await store.lastPosition();
  await vault.lowerCheckpoints(end);
  // A restored copy has a key of its own, so that a copy for a test can't write what the original accepts.
  await vault.authentication.beginGeneration(end);
  await appendToInstallation(store, vault, { type: 'InstallationRestored', data: backup });
  await vault.witness.reset(end);
}
