import { advance, type EventStore } from '#libs/event-store';
import type { Vault } from '#libs/vault';
import { installationStream } from './installation-stream.js';

/**
 * Returns the position of an event that the vault knows and the log does not hold: the last that the witness has seen, or that
 * of an acceptance of a tampered stream. undefined if there is none.
 */
export async function findLostEvent({ store, vault }: { readonly store: EventStore; readonly vault: Vault }) {
  const { witness } = vault;
  if (!(await holdsWitnessedEvent(store, vault))) return witness.position;
  const lost = new Set(witness.acceptancePositions);
  for await (const { type, position } of store.read(installationStream))
    if (type === 'TamperedStreamAccepted') lost.delete(position);
  return [...lost][0];
}

async function holdsWitnessedEvent(store: EventStore, { witness }: Vault): Promise<boolean> {
  const { position, lastEvent } = witness.state;
  if (position < 0) return true;
  for await (const event of store.readRawLog({ from: position, maxCount: 1 })) {
    if (event.position !== position) break;
    if (advance(witness.state, { event, isAuthentic: false }).lastEvent === lastEvent) return true;
  }
  return false;
}
