import { advance, isSigned, type EventStore, type WitnessState } from '#libs/event-store';
import type { Vault } from '#libs/vault';
import { appendToInstallation, installationStream } from './installation-stream.js';

/**
 * Takes over the log of a build that did not authenticate events. Its present events are accepted as they are; later events
 * must be authentic. The event of the take-over has the number and a digest of what was there. A take-over that was cut
 * short is finished from its event.
 * @throws Error of one line if other events of the log carry a MAC: then the vault is older than the log
 */
export async function takeOverLog(store: EventStore, vault: Vault): Promise<void> {
  const taken = await findTakeOver(store);
  let unsigned: WitnessState = vault.witness.state;
  let signed = 0;
  for await (const event of store.readRawLog()) {
    if (isSigned(event)) signed++;
    else if (event.position <= (taken?.position ?? Infinity))
      unsigned = advance(unsigned, { event, isAuthentic: true });
  }
  const { events, digest, position } = unsigned;
  if (taken ? signed !== 1 || taken.digest !== digest : signed > 0)
    throw new Error(
      'The log holds events that are signed with an unknown key: restore the vault that belongs to this log, or remove what others have appended to its streams.',
    );
  if (!taken) {
    await appendToInstallation(store, vault, {
      type: 'InstallationTakenOver',
      data: { events, digest, position },
    });
  }
  await vault.authentication.takeOver(position);
  // Without this, the witness would read the log again.
  await vault.witness.save({ state: unsigned, foreign: [], changedStreams: [] });
}

async function findTakeOver(store: EventStore) {
  for await (const { type, data } of store.read(installationStream, { backwards: true }))
    if (type === 'InstallationTakenOver') return data as { digest: string; position: number };
  return undefined;
}
