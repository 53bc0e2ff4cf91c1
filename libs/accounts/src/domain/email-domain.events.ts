import { eventsOf, type Catalogue, type DomainEvent } from '#libs/kernel';

/** Who owns one e-mail domain. The stream's id is the domain in Punycode. These names and shapes are the storage format: once landed they change only through an upcaster. */
export type EmailDomainEvent =
  /** The account owns this e-mail domain: people with addresses on it belong to it. */
  | DomainEvent<
      'DomainOwned',
      {
        account: string;
        /** How the ownership was shown. */
        by: 'confirmation' | 'operator';
      }
    >
  /** The account owns the domain no longer. */
  | DomainEvent<'DomainReleased', { account: string }>;

declare module '#libs/kernel' {
  interface SubjectEvents {
    domain: EmailDomainEvent;
  }
}

export const emailDomainEvent = eventsOf<EmailDomainEvent>();

export const emailDomainEvents: Catalogue<EmailDomainEvent> = { DomainOwned: {}, DomainReleased: {} };
