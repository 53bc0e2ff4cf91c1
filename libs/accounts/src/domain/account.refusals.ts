import { describeRefusals } from '#libs/kernel';

/** The refusal codes of this library. */
export const accountRefusals = describeRefusals('accounts', {
  'account.not-found': {
    kind: 'not-found',
    meaning: 'There is no such account, or the caller may not see it.',
    next: 'Check the id of the account.',
  },
  'account.not-opened': {
    kind: 'conflict',
    meaning: 'Opening this account was undone, because a rule refused a part of it.',
    next: 'Open the account with another Idempotency-Key.',
  },
  'account.last-administrator': {
    kind: 'conflict',
    meaning: 'The account would be left without an administrator who can log in.',
    next: 'Make another member administrator first.',
  },
  'domain.invalid': {
    kind: 'invalid',
    meaning: 'This is not an e-mail domain.',
    next: 'Correct the domain.',
  },
  'domain.owned-by-another': {
    kind: 'conflict',
    meaning: 'Another account owns the domain; which one is not disclosed.',
    next: 'Use an address or a domain of your own.',
  },
});

type AccountRefusals = typeof accountRefusals;

declare module '#libs/kernel' {
  interface RefusalCodes extends AccountRefusals {}
}
