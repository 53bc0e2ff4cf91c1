import { Refusal } from '#libs/kernel';

/** The database can't be reached now; it may be in a moment. */
export function unavailable(cause?: unknown): Refusal {
  const refusal = new Refusal('read-store.unavailable', 'unavailable', 'The read store is not available.');
  return Object.assign(refusal, { cause });
}
