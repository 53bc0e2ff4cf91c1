import type { EventStore } from '#libs/event-store';
import type { Vault } from '#libs/vault';
import { appendToInstallation, installationStream, type InstallationActor } from './installation-stream.js';

/**
 * Begins the next generation of the key that authenticates events, after an event under the old key that names it. The new
 * key is in the vault before that event is appended. So a start after a crash can end the rotation, and an older copy of the
 * vault, which lacks the key, is recognised.
 */
export async function rotateLogKey(
  store: EventStore,
  vault: Vault,
  by: InstallationActor = {},
): Promise<{ generation: number; position: number }> {
  const generation = await vault.authentication.prepareNext();
  const event = { type: 'InstallationKeyRotated', data: { generation } } as const;
  const { position } = await appendToInstallation(store, vault, event, by);
  await vault.authentication.beginPrepared(position);
  return { generation, position };
}

/**
 * Checks that the vault has every generation that the log names, and ends a rotation that was interrupted after its event.
 * @throws Error of one line if it lacks one: then it is older than the log
 */
export async function checkGenerations(store: EventStore, vault: Vault): Promise<void> {
  for await (const position of findUnfinishedRotation(store, vault)) await vault.authentication.beginPrepared(position);
}

/** Checks that the vault has every generation that the log names, or its key, and changes nothing. Throws as {@link checkGenerations}. */
export async function checkGenerationKeys(store: EventStore, vault: Vault): Promise<void> {
  for await (const _ of findUnfinishedRotation(store, vault));
}

/** Gives the position of the event of a rotation that was interrupted after it. Throws as {@link checkGenerations}. */
async function* findUnfinishedRotation(store: EventStore, { authentication }: Vault): AsyncGenerator<number> {
  for await (const { type, data, position } of store.read(installationStream)) {
    if (type !== 'InstallationKeyRotated') continue;
    const { generation } = data as { generation: number };
    if (authentication.find(generation)) continue;
    if (generation !== authentication.current.number + 1 || !authentication.isNextPrepared)
      throw new Error(
        `The vault is older than the log: it lacks the key of generation ${generation} of the log. Restore the vault that belongs to this log.`,
      );
    yield position;
  }
}
