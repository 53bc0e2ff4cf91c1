import { accessTokenEvents, type AccessTokenEvent } from '#libs/access';
import { accountEvents, emailDomainEvents, type AccountEvent, type EmailDomainEvent } from '#libs/accounts';
import type { Catalogue, RegisteredEvent } from '#libs/kernel';
import {
  addressClaimEvents,
  emailClaimEvents,
  loginEvents,
  userEvents,
  type AddressClaimEvent,
  type EmailClaimEvent,
  type LoginEvent,
  type UserEvent,
} from '#libs/users';
import { installationEvents, type InstallationEvent } from './installation.events.js';

/** Every event that this build can write. `docs/events.md` is generated from this type. */
export type AnyEvent =
  | UserEvent
  | AddressClaimEvent
  | EmailClaimEvent
  | AccountEvent
  | EmailDomainEvent
  | LoginEvent
  | AccessTokenEvent
  | InstallationEvent;

/** How every event is stored; an event without a format does not compile. */
export const eventCatalogue: Catalogue<AnyEvent | RegisteredEvent> = {
  ...userEvents,
  ...addressClaimEvents,
  ...emailClaimEvents,
  ...accountEvents,
  ...emailDomainEvents,
  ...loginEvents,
  ...accessTokenEvents,
  ...installationEvents,
};
