import { eventsOf, type Catalogue, type DomainEvent } from '#libs/kernel';

// These names and shapes are the storage format: once landed they only change through an upcaster.
export type DomainNameEvent =
  | DomainEvent<'DomainOwned', { account: string; by: 'confirmation' | 'operator' }>
  | DomainEvent<'DomainReleased', { account: string }>;

export const domainEvent = eventsOf<DomainNameEvent>();

export const domainEvents: Catalogue<DomainNameEvent> = { DomainOwned: {}, DomainReleased: {} };
