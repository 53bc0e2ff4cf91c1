import type { EventStore } from '#libs/event-store';
import type { Recorded } from '#libs/kernel';
import type { Vault } from '#libs/vault';
import { installationStream } from './installation-stream.js';
import type { InstallationEvent } from './installation.events.js';

type DataOfEvent<Type extends InstallationEvent['type']> = Extract<InstallationEvent, { type: Type }>['data'];

/** The data of an event of the type `TamperedStreamAccepted`. */
export type Acceptance = DataOfEvent<'TamperedStreamAccepted'>;

/** Returns the data of an event if it is the acceptance of a tampered stream. */
export const acceptanceOf = ({ type, data }: Recorded): Acceptance | undefined =>
  type === 'TamperedStreamAccepted' ? (data as Acceptance) : undefined;

/** Returns the data of an event if it is an acknowledgement. */
export const acknowledgementOf = ({ type, data }: Recorded): DataOfEvent<'LogIncidentsAcknowledged'> | undefined =>
  type === 'LogIncidentsAcknowledged' ? (data as DataOfEvent<'LogIncidentsAcknowledged'>) : undefined;

/**
 * Saves in the vault what operators have accepted and acknowledged by events of the log, if it lacks that: because this was
 * interrupted after the event, or because the vault is an older copy.
 */
export async function applyOperatorEvents(store: EventStore, vault: Vault): Promise<void> {
  const { witness } = vault;
  for await (const event of store.read(installationStream)) {
    const acceptance = acceptanceOf(event);
    if (acceptance) await saveAcceptance(vault, acceptance, event.position);
    const acknowledged = acknowledgementOf(event);
    if (acknowledged && acknowledged.position > witness.acknowledgedUntil)
      await witness.acknowledge(acknowledged.position);
  }
}

/** Saves an acceptance, with the position of its event, unless the vault has it or a newer one. */
export async function saveAcceptance(
  vault: Vault,
  { stream, revision, events, log }: Acceptance,
  position: number,
): Promise<void> {
  const { witness } = vault;
  const saved = witness.findAccepted(stream);
  if (saved && position <= saved.position && saved.position < Infinity) return;
  const ranges = events.map(({ first, last }) => [first, last] as const);
  const isNewer = log !== undefined && log.position >= witness.position;
  await witness.saveAccepted(stream, { revision, events: ranges, position }, isNewer ? log : undefined);
}
