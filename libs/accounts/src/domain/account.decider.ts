import { Refusal, type Decider } from '#libs/kernel';
import { AppointAdministrator, CloseAccount, OpenAccount, StandDownAdministrator } from './account.commands.js';
import { accountEvent, type AccountEvent, type ContractTerms } from './account.events.js';

export type Account =
  | { readonly status: 'absent' }
  | {
      readonly status: 'open' | 'closed';
      readonly name: string;
      readonly contracts: readonly ContractTerms[];
      /** The language of mails to users who have not set one. */
      readonly language?: string;
      /** Ids of the users who count as administrators: always a subset of those who can act as one. */
      readonly administrators: ReadonlySet<string>;
    };

const commands = { OpenAccount, CloseAccount, AppointAdministrator, StandDownAdministrator };

/**
 * Checks that an account is open, and returns it.
 * @throws Refusal `account.not-found`
 */
export function checkAccountOpen(account: Account): Extract<Account, { status: 'open' | 'closed' }> {
  if (account.status !== 'open') throw new Refusal('account.not-found', 'not-found', 'There is no such account.');
  return account;
}

export const AccountDecider: Decider<Account, AccountEvent, typeof commands> = {
  category: 'account',
  subject: (id) => ({ kind: 'account', id }),
  initial: { status: 'absent' },
  account: (_, { targetId }) => targetId,
  commands,

  decide: {
    OpenAccount: ({ name, contracts = [], language }, account) => {
      if (account.status !== 'absent') throw openingUndoneRefusal();
      const terms = contracts.map(({ country, recurringRevenue }) => ({ country, recurringRevenue }));
      return [accountEvent('AccountOpened', { name, contracts: terms, ...(language && { language }) })];
    },
    CloseAccount: (_, account) => (account.status === 'open' ? [accountEvent('AccountClosed', {})] : []),
    AppointAdministrator: ({ user }, account) =>
      checkAccountOpen(account).administrators.has(user) ? [] : [accountEvent('AdministratorAppointed', { user })],
    StandDownAdministrator: ({ user, because }, account) => {
      const others = [...checkAccountOpen(account).administrators].filter((other) => other !== user);
      if (others.length === 0) {
        throw new Refusal(
          'account.last-administrator',
          'conflict',
          'The account would be left without an administrator who can log in.',
        );
      }
      // Also for a user who is not counted: the append makes concurrent removals conflict.
      return [accountEvent('AdministratorStoodDown', { user, because })];
    },
  },

  evolve: {
    AccountOpened: (_, opened) => ({ ...opened, status: 'open', administrators: new Set() }),
    AdministratorAppointed: (account, { user }) =>
      account.status === 'absent'
        ? account
        : { ...account, administrators: new Set([...account.administrators, user]) },
    AdministratorStoodDown: (account, { user }) =>
      account.status === 'absent'
        ? account
        : { ...account, administrators: new Set([...account.administrators].filter((other) => other !== user)) },
    AccountClosed: (account) => (account.status === 'absent' ? account : { ...account, status: 'closed' }),
  },
};

/** Makes the refusal of a retry of an opening that was undone: a new attempt needs a new Idempotency-Key. */
export const openingUndoneRefusal = () =>
  new Refusal('account.not-opened', 'conflict', 'This opening was undone; open the account with another key.');
