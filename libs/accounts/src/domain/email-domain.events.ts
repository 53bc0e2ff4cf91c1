import { eventsOf, type Catalogue, type DomainEvent } from '#libs/kernel';

// These names and shapes are the storage format: once landed they only change through an upcaster.
export type EmailDomainEvent =
  | DomainEvent<'DomainOwned', { account: string; by: 'confirmation' | 'operator' }>
  | DomainEvent<'DomainReleased', { account: string }>;

export const emailDomainEvent = eventsOf<EmailDomainEvent>();

export const emailDomainEvents: Catalogue<EmailDomainEvent> = { DomainOwned: {}, DomainReleased: {} };
