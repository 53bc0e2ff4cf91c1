import { IsInt, Min } from 'class-validator';
import { idempotencyMismatch, isSameRequest, retryOnConflict, type EventStore } from '#libs/event-store';
import { Command, Optional, Reason, VersionedResult } from '#libs/kernel';
import type { Vault } from '#libs/vault';
import { installationStream, toProposedEvent } from '../installation-stream.js';
import { checkUnconfined } from './list-log-incidents.js';

/** Whether there was something to acknowledge. */
interface Acknowledged {
  readonly changed: boolean;
}

/** Acknowledges foreign events and changed streams: an operator has seen them. */
export class AcknowledgeLogIncidents extends Command<AcknowledgeLogIncidents, VersionedResult<Acknowledged>> {
  /** Acknowledge what was found up to this position: `checkedUntil` of the list. Default: all. */
  @Optional() @IsInt() @Min(0) until?: number;
  /** Why; shown with the incidents. */
  @Reason() reason?: string;
}

/**
 * Acknowledges foreign events and changed streams by an event of the installation. Changes nothing if there are none.
 * Throws `access.forbidden` for a caller who is confined to an account, `idempotency.mismatch`.
 */
export function acknowledgeLogIncidents(
  { store, vault }: { readonly store: EventStore; readonly vault: Vault },
  { until = Infinity, reason, context }: AcknowledgeLogIncidents,
): Promise<VersionedResult<Acknowledged>> {
  const { commandId, correlationId, actor, tokenId, ip, at, digest, confinedTo } = context;
  checkUnconfined(confinedTo);
  const { witness } = vault;
  return retryOnConflict(async () => {
    let last = -1;
    for await (const { envelope, position, revision } of store.read(installationStream, { backwards: true })) {
      last = Math.max(last, revision);
      if (envelope.causationId !== commandId) continue;
      if (!isSameRequest(envelope.digest, context)) throw idempotencyMismatch();
      return new VersionedResult({ changed: true }, position);
    }
    const position = Math.min(until, witness.position);
    if (!witness.hasUnacknowledged(position)) return new VersionedResult({ changed: false });
    const event = toProposedEvent(
      vault,
      commandId,
      { type: 'LogIncidentsAcknowledged', data: { position } },
      {
        correlationId,
        actor,
        at,
        ...(tokenId && { via: tokenId }),
        ...(ip && { ip }),
        ...(reason && { reason }),
        ...(digest && { digest }),
      },
    );
    const appended = await store.append(installationStream, last, [event]);
    await witness.acknowledge(position);
    return new VersionedResult({ changed: true }, appended.position);
  });
}
