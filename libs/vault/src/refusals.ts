import { describeRefusals } from '#libs/kernel';

/** The refusal codes of this library. */
export const vaultRefusals = describeRefusals('vault', {
  'state.unavailable': {
    kind: 'unavailable',
    meaning:
      'The database with keys, passwords and sessions does not answer, or this server has to register there again first.',
    next: 'Repeat the request after `Retry-After` seconds, with the same Idempotency-Key.',
  },
  'upgrade.under-way': {
    kind: 'unavailable',
    meaning: 'The command writes events that servers of an earlier build, which still run, can not read.',
    next: 'Repeat the request with the same Idempotency-Key once these servers are stopped.',
  },
});

type VaultRefusals = typeof vaultRefusals;

declare module '#libs/kernel' {
  interface RefusalCodes extends VaultRefusals {}
}
