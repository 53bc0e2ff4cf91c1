import { describeRefusals } from '#libs/kernel';

/** The refusal codes of this library. */
export const readStoreRefusals = describeRefusals('read-store', {
  'read-store.unavailable': {
    kind: 'unavailable',
    meaning: 'The read store does not answer, or takes too long for this query.',
    next: 'Repeat the request after `Retry-After` seconds; commands work meanwhile.',
  },
  'projections.behind': {
    kind: 'unavailable',
    meaning: 'The read models have not reached the position that Rollbook-Min-Position asks for.',
    next: 'Repeat the request after `Retry-After` seconds.',
  },
  'projections.building': {
    kind: 'unavailable',
    meaning: 'The read models of this version are being built from the log; `progress` tells how far they are.',
    next: 'Repeat the request after `Retry-After` seconds, or ask a server of the former version; commands work meanwhile.',
  },
  'cursor.invalid': {
    kind: 'invalid',
    meaning: 'The cursor was not made by this list.',
    next: 'Start from the first page.',
  },
});

type ReadStoreRefusals = typeof readStoreRefusals;

declare module '#libs/kernel' {
  interface RefusalCodes extends ReadStoreRefusals {}
}
