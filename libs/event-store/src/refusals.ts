import { describeRefusals } from '#libs/kernel';

/** The refusal codes of this library. */
export const eventStoreRefusals = describeRefusals('event-store', {
  'event-store.unavailable': {
    kind: 'unavailable',
    meaning: 'The event store does not answer.',
    next: 'Repeat the request after `Retry-After` seconds, with the same Idempotency-Key.',
  },
  'stream.busy': {
    kind: 'unavailable',
    meaning: 'Too many others write to the same stream at once.',
    next: 'Repeat the request after `Retry-After` seconds, with the same Idempotency-Key.',
  },
  'revision.stale': {
    kind: 'stale',
    meaning: 'The state has changed since the revision that If-Match names.',
    next: 'Read again, then repeat the request with the ETag of now; `revision` is the revision of now.',
  },
  'log.tampered': {
    kind: 'conflict',
    meaning: 'The log of this user, account or token was changed from outside Rollbook.',
    next: 'An operator has to look at the log; nothing can be changed there before.',
  },
  'idempotency.mismatch': {
    kind: 'mismatch',
    meaning: 'This Idempotency-Key came with another body, or on another route, before.',
    next: 'Take a new key for another request.',
  },
});

type EventStoreRefusals = typeof eventStoreRefusals;

declare module '#libs/kernel' {
  interface RefusalCodes extends EventStoreRefusals {}
}
