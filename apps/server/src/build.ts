import { readFileSync } from 'node:fs';
import { currentSchemas } from '#libs/event-store';
import type { Build, StoredFormat } from '#libs/vault';
import { eventCatalogue } from './event-catalogue.js';

const { version } = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** This build: its version, and the events that it can read. */
export const build: Build = { name: version, formats: currentSchemas(eventCatalogue) };

/** The formats of the first build that entered into the vault which events it wrote. Never changes: later ones are entered with their first event. */
export const firstFormats: readonly StoredFormat[] = [
  'UserAdded',
  'UserRegistered',
  'UserApprovalRequested',
  'UserApproved',
  'UserRejected',
  'UserAddedToAccount',
  'UserLocked',
  'UserUnlocked',
  'UserDeleted',
  'UserRestored',
  'UserRenamed',
  'UserCountryChanged',
  'UserLanguageChanged',
  'UserEntitlementCountryChanged',
  'UserRoleGranted',
  'UserRoleRevoked',
  'UserPasswordResetRequested',
  'UserPasswordChanged',
  'UserSessionsEnded',
  'EmailClaimAbandoned',
  'AddressClaimed',
  'EmailClaimed',
  'AccountOpened',
  'AdministratorAppointed',
  'AdministratorStoodDown',
  'AccountClosed',
  'DomainOwned',
  'DomainReleased',
  'UserLoggedIn',
  'LoginFailed',
  'AccessTokenIssued',
  'AccessTokenEnded',
  'InstallationFounded',
  'InstallationRestored',
  'InstallationTakenOver',
  'InstallationKeyRotated',
  'TamperedStreamAccepted',
  'LogIncidentsAcknowledged',
].map((type) => ({ type, schema: 1 }));
