import { describeRefusals } from '#libs/kernel';

/** The refusal codes of this library. */
export const vaultRefusals = describeRefusals('vault', {
  'state.unavailable': {
    kind: 'unavailable',
    meaning: 'The database with keys, passwords and sessions does not answer.',
    next: 'Repeat the request after `Retry-After` seconds, with the same Idempotency-Key.',
  },
});

type VaultRefusals = typeof vaultRefusals;

declare module '#libs/kernel' {
  interface RefusalCodes extends VaultRefusals {}
}
