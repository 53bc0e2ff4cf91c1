import { eventsOf, type Catalogue, type DomainEvent } from '#libs/kernel';
import type { LoginEvent } from './login.js';

export const roles = ['administrator', 'co-administrator', 'auditor'] as const;
export type Role = (typeof roles)[number];

export type LockCause = 'administrator' | 'failedLogins' | 'unaffiliated' | 'dormant';

/** What happens to one user. These names and shapes are the storage format: once landed they change only through an upcaster. */
export type UserEvent =
  /** An administrator added a person whose address was unknown; the user belongs to the account at once. */
  | DomainEvent<
      'UserAdded',
      {
        account: string;
        email: string;
        firstName: string;
        lastName: string;
        country: string;
        language?: string;
        /** The country that entitlements are counted for. Default: the country. */
        entitlementCountry?: string;
        status: 'active' | 'pending';
      }
    >
  /** A person registered; the user is in no account yet. */
  | DomainEvent<
      'UserRegistered',
      { email: string; firstName: string; lastName: string; country: string; language?: string }
    >
  /** The address of a registered user is on a domain of the account: the user waits for its approval. */
  | DomainEvent<
      'UserApprovalRequested',
      {
        account: string;
        /** The domain of the address, which the account owns. */
        domain: string;
      }
    >
  /** An administrator approved a pending user, who is an active member now. */
  | DomainEvent<'UserApproved', { account: string }>
  /** An administrator rejected a pending user, who is in no account now. */
  | DomainEvent<'UserRejected', { account: string }>
  /** A user who was in no account is an active member of this one now. */
  | DomainEvent<
      'UserAddedToAccount',
      {
        account: string;
        /** What allowed the addition. */
        rule: 'autoApproval' | 'administrator' | 'invitation';
      }
    >
  /** The user can not log in until the lock is lifted or `until` has passed. */
  | DomainEvent<
      'UserLocked',
      {
        cause: LockCause;
        /** When the lock ends by itself. Default: never. */
        until?: string;
        /** How many days entitlements outlive the lock. */
        disableModeDays: number;
      }
    >
  /** The locks with these causes were lifted. */
  | DomainEvent<
      'UserUnlocked',
      {
        /** The causes of the locks that were lifted. */
        causes: readonly LockCause[];
      }
    >
  /** An administrator removed the user from the account; the user can be restored for a time. */
  | DomainEvent<
      'UserDeleted',
      {
        account: string;
        /** Until when the user can be restored. */
        restorableUntil: string;
        /** The roles that a restore gives back. */
        keptRoles: readonly Role[];
        /** Always empty today. */
        releasedLicences: readonly string[];
        /** How many days entitlements outlive the deletion. */
        disableModeDays: number;
      }
    >
  /** A deleted user is an active member of the account again. */
  | DomainEvent<'UserRestored', { account: string }>
  /** The name has changed. */
  | DomainEvent<'UserRenamed', { firstName: string; lastName: string }>
  /** The country of residence has changed. */
  | DomainEvent<'UserCountryChanged', { country: string }>
  /** The language of mails and pages has changed. */
  | DomainEvent<'UserLanguageChanged', { language: string }>
  /** The country that entitlements are counted for has changed. */
  | DomainEvent<
      'UserEntitlementCountryChanged',
      {
        /** Absent: the country of residence counts again. */
        country?: string;
      }
    >
  /** The user was given a role in the account. */
  | DomainEvent<'UserRoleGranted', { role: Role }>
  /** A role was taken from the user. */
  | DomainEvent<'UserRoleRevoked', { role: Role }>
  /** A link to set a password was asked for; a mail brings it. It replaces earlier links, unless `olderLinksStay`. */
  | DomainEvent<
      'UserPasswordResetRequested',
      {
        /** When the link stops working. */
        expiresAt: string;
        /** Earlier links stay valid until they expire. */
        olderLinksStay?: boolean;
      }
    >
  /** The password has changed. The vault keeps the hash, under the id of the command. */
  | DomainEvent<'UserPasswordChanged', Record<never, never>>
  /** Somebody with the right to reset the user's password ended sessions of the user. */
  | DomainEvent<
      'UserSessionsEnded',
      {
        /** The id of the one session that was ended. Absent: all sessions. */
        session?: string;
      }
    >
  /** Another user claimed the address; this user's claim of it, which a crash had left behind, is void. */
  | DomainEvent<
      'EmailClaimAbandoned',
      {
        /** `<stream>@<revision>` of the AddressClaimed, of earlier builds the EmailClaimed, that is void. */
        claim: string;
      }
    >;

declare module '#libs/kernel' {
  interface SubjectEvents {
    user: UserEvent | LoginEvent;
  }
}

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
  UserSessionsEnded: {},
  EmailClaimAbandoned: { personal: ['claim'] },
};
