import { eventsOf, type Catalogue, type DomainEvent } from '#libs/kernel';

/** A contract's country and what it brings in a year, in the installation's currency. */
export interface ContractTerms {
  readonly country: string;
  readonly recurringRevenue: number;
}

/** What happens to one account. These names and shapes are the storage format: once landed they change only through an upcaster. */
export type AccountEvent =
  /** The account was opened. */
  | DomainEvent<'AccountOpened', { name: string; contracts: readonly ContractTerms[]; language?: string }>
  /** The account counts this user as an administrator who can log in. */
  | DomainEvent<'AdministratorAppointed', { user: string }>
  /** The account counts this user as an administrator no longer. */
  | DomainEvent<'AdministratorStoodDown', { user: string; because: 'locked' | 'deleted' | 'demoted' | 'left' }>
  /** The opening of the account was undone, because a rule refused a part of it. */
  | DomainEvent<'AccountClosed', Record<never, never>>;

declare module '#libs/kernel' {
  interface SubjectEvents {
    account: AccountEvent;
  }
}

export const accountEvent = eventsOf<AccountEvent>();

export const accountEvents: Catalogue<AccountEvent> = {
  AccountOpened: {},
  AdministratorAppointed: {},
  AdministratorStoodDown: {},
  AccountClosed: {},
};
