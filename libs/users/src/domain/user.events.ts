import { eventsOf, type Catalogue, type DomainEvent } from '#libs/kernel';

export const roles = ['administrator', 'co-administrator', 'auditor'] as const;
export type Role = (typeof roles)[number];

export type LockCause = 'administrator' | 'failedLogins' | 'unaffiliated' | 'dormant';

// These names and shapes are the storage format: once landed they only change through an upcaster.
export type UserEvent =
  | DomainEvent<
      'UserAdded',
      {
        account: string;
        email: string;
        firstName: string;
        lastName: string;
        country: string;
        language?: string;
        entitlementCountry?: string;
        status: 'active' | 'pending';
      }
    >
  | DomainEvent<
      'UserRegistered',
      { email: string; firstName: string; lastName: string; country: string; language?: string }
    >
  | DomainEvent<'UserApprovalRequested', { account: string; domain: string }>
  | DomainEvent<'UserApproved', { account: string }>
  | DomainEvent<'UserRejected', { account: string }>
  | DomainEvent<'UserAddedToAccount', { account: string; rule: 'autoApproval' | 'administrator' | 'invitation' }>
  | DomainEvent<'UserLocked', { cause: LockCause; until?: string; disableModeDays: number }>
  | DomainEvent<'UserUnlocked', { causes: readonly LockCause[] }>
  | DomainEvent<
      'UserDeleted',
      {
        account: string;
        restorableUntil: string;
        keptRoles: readonly Role[];
        releasedLicences: readonly string[];
        disableModeDays: number;
      }
    >
  | DomainEvent<'UserRestored', { account: string }>
  | DomainEvent<'UserRenamed', { firstName: string; lastName: string }>
  | DomainEvent<'UserCountryChanged', { country: string }>
  | DomainEvent<'UserLanguageChanged', { language: string }>
  | DomainEvent<'UserEntitlementCountryChanged', { country?: string }>
  | DomainEvent<'UserRoleGranted', { role: Role }>
  | DomainEvent<'UserRoleRevoked', { role: Role }>
  /** A mailed link sets a password until then; it takes the place of any before it, unless the older ones stay valid to their ends. */
  | DomainEvent<'UserPasswordResetRequested', { expiresAt: string; olderLinksStay?: boolean }>
  /** The hash lies in the vault, under the id of the command. */
  | DomainEvent<'UserPasswordChanged', Record<never, never>>
  /** A rival voided this claim of an address, `<stream>@<revision>`, that this user had not made good. */
  | DomainEvent<'EmailClaimAbandoned', { claim: string }>;

export const userEvent = eventsOf<UserEvent>();

export const userEvents: Catalogue<UserEvent> = {
  UserAdded: { personal: ['email', 'firstName', 'lastName'] },
  UserRegistered: { personal: ['email', 'firstName', 'lastName'] },
  UserApprovalRequested: {},
  UserApproved: {},
  UserRejected: {},
  UserAddedToAccount: {},
  UserLocked: {},
  UserUnlocked: {},
  UserDeleted: {},
  UserRestored: {},
  UserRenamed: { personal: ['firstName', 'lastName'] },
  UserCountryChanged: {},
  UserLanguageChanged: {},
  UserEntitlementCountryChanged: {},
  UserRoleGranted: {},
  UserRoleRevoked: {},
  UserPasswordResetRequested: {},
  UserPasswordChanged: {},
  EmailClaimAbandoned: {},
};
