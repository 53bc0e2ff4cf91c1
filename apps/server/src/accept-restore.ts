import { recordRestore, type Installation } from './installation.js';
import { findLostEvent } from './lost-events.js';

/**
 * Accepts a log that lacks events which this installation has seen: an operator has restored it by the event store's own
 * means. Returns up to which position it had seen the log, and where the log ends now; undefined, with nothing changed, if
 * the log is complete.
 */
export async function acceptRestore(log: Installation): Promise<{ seen: number; end: number } | undefined> {
  const lost = await findLostEvent(log);
  if (lost === undefined) return undefined;
  const { store, vault } = log;
  const seen = Math.max(vault.witness.position, lost);
  for await (const { envelope, position } of store.readAll({ backwards: true, maxCount: 1 })) {
    await recordRestore(log, { madeAt: envelope.at, position });
    return { seen, end: position };
  }
  throw new Error('The log has no authentic event: it is not a log of this installation.');
}
