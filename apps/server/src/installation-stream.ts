import { randomUUID } from 'node:crypto';
import { v5 as uuidv5 } from 'uuid';
import type { Appended, EventStore, ProposedEvent } from '#libs/event-store';
import { systemActor, type Envelope } from '#libs/kernel';
import type { Vault } from '#libs/vault';
import type { InstallationEvent } from './installation.events.js';

/** The stream of the events that concern the installation as a whole. */
export const installationStream = 'installation';

/** Who caused an event of the installation, and why. Default: the server itself, now. */
export type InstallationActor = Partial<
  Pick<Envelope, 'actor' | 'via' | 'ip' | 'reason' | 'at' | 'correlationId' | 'digest'>
>;

/**
 * Appends an event to the stream of the installation, after its newest authentic one.
 * @throws WrongRevision if another event was appended meanwhile
 */
export async function appendToInstallation(
  store: EventStore,
  vault: Vault,
  event: InstallationEvent,
  by: InstallationActor = {},
): Promise<Appended> {
  let last = -1;
  for await (const { revision } of store.read(installationStream, { backwards: true, maxCount: 1 })) last = revision;
  return store.append(installationStream, last, [toProposedEvent(vault, randomUUID(), event, by)]);
}

/** Returns the id of the installation, which is derived from its vault. */
export const idOf = ({ fingerprint }: Vault): string => uuidv5(fingerprint, '0b1a3d5e-6f0f-4f38-9a0c-6c1f6f5f8b11');

/** Returns an event of the installation, to append. Its id is also that of the command that causes it. */
export function toProposedEvent(
  vault: Vault,
  id: string,
  { type, data }: InstallationEvent,
  by: InstallationActor = {},
): ProposedEvent {
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
      ...by,
      schema: 1,
    },
  };
}
