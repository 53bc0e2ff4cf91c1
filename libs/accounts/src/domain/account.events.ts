import { eventsOf, type Catalogue, type DomainEvent } from '#libs/kernel';

/** A contract's country and what it brings in a year, in the installation's currency. */
export interface ContractTerms {
  readonly country: string;
  readonly recurringRevenue: number;
}

// These names and shapes are the storage format: once landed they only change through an upcaster.
export type AccountEvent =
  | DomainEvent<'AccountOpened', { name: string; contracts: readonly ContractTerms[]; language?: string }>
  | DomainEvent<'AdministratorAppointed', { user: string }>
  | DomainEvent<'AdministratorStoodDown', { user: string; because: 'locked' | 'deleted' | 'demoted' | 'left' }>
  | DomainEvent<'AccountClosed', Record<never, never>>;

export const accountEvent = eventsOf<AccountEvent>();

export const accountEvents: Catalogue<AccountEvent> = {
  AccountOpened: {},
  AdministratorAppointed: {},
  AdministratorStoodDown: {},
  AccountClosed: {},
};
