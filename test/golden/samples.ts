import { systemActor, type DataOf, type Envelope, type Subject } from '#libs/kernel';
import type { AnyEvent } from '../../apps/server/src/event-catalogue.js';

type EventType = AnyEvent['type'];
type OptionalKey<Data> = {
  [Key in keyof Data]-?: Record<never, never> extends Pick<Data, Key> ? Key : never;
}[keyof Data];

/** An event with every field, and which of its fields may be absent. A forgotten event or field does not compile. */
type Sample<Data> = {
  readonly place: Place;
  readonly data: Required<Data>;
} & ([OptionalKey<Data>] extends [never]
  ? { readonly optional?: undefined }
  : { readonly optional: Readonly<Record<OptionalKey<Data>, true>> });

/** Where an event lies and what its envelope says about it. */
interface Place {
  readonly stream: string;
  readonly envelope: Envelope;
}

const ids = {
  user: '11111111-1111-4111-8111-111111111111',
  other: '22222222-2222-4222-8222-222222222222',
  account: '33333333-3333-4333-8333-333333333333',
  token: '44444444-4444-4444-8444-444444444444',
  correlation: '55555555-5555-4555-8555-555555555555',
  causation: '66666666-6666-4666-8666-666666666666',
};
const at = '2026-01-15T12:00:00.000Z';
const emailHash = '5f'.repeat(32);

/** An envelope with every field. */
const envelopeAbout = (subject: Subject): Envelope => ({
  correlationId: ids.correlation,
  causationId: ids.causation,
  actor: { id: ids.other, kind: 'user' },
  via: ids.token,
  subject,
  account: ids.account,
  reason: 'Asked for by phone',
  ip: '192.0.2.1',
  at,
  schema: 1,
  digest: 'Zm9yIHRlc3Rz',
});

const systemEnvelopeAbout = (subject: Subject): Envelope => ({
  correlationId: ids.correlation,
  causationId: ids.causation,
  actor: systemActor,
  subject,
  at,
  schema: 1,
});

const user: Place = { stream: `user-${ids.user}`, envelope: envelopeAbout({ kind: 'user', id: ids.user }) };
const email: Place = { stream: `email-${emailHash}`, envelope: envelopeAbout({ kind: 'email', id: emailHash }) };
const address: Place = {
  stream: `address-${ids.other}`,
  envelope: systemEnvelopeAbout({ kind: 'address', id: ids.other }),
};
const account: Place = {
  stream: `account-${ids.account}`,
  envelope: envelopeAbout({ kind: 'account', id: ids.account }),
};
const domain: Place = { stream: 'domain-example.com', envelope: envelopeAbout({ kind: 'domain', id: 'example.com' }) };
const login: Place = { stream: `login-${ids.user}`, envelope: envelopeAbout({ kind: 'user', id: ids.user }) };
const token: Place = {
  stream: `accessToken-${ids.token}`,
  envelope: envelopeAbout({ kind: 'access-token', id: ids.token }),
};
const installation: Place = {
  stream: 'installation',
  envelope: systemEnvelopeAbout({ kind: 'installation', id: ids.other }),
};
const name = { firstName: 'Anna', lastName: 'Berg' };
const person = { email: 'anna@example.com', ...name, country: 'DE', language: 'de' };
const later = '2026-02-14T12:00:00.000Z';

/** One of each event that this build writes. */
export const samples: { readonly [Type in EventType]: Sample<DataOf<AnyEvent, Type>> } = {
  UserAdded: {
    place: user,
    data: { account: ids.account, ...person, entitlementCountry: 'AT', status: 'active' },
    optional: { language: true, entitlementCountry: true },
  },
  UserRegistered: { place: user, data: person, optional: { language: true } },
  UserApprovalRequested: { place: user, data: { account: ids.account, domain: 'example.com' } },
  UserApproved: { place: user, data: { account: ids.account } },
  UserRejected: { place: user, data: { account: ids.account } },
  UserAddedToAccount: { place: user, data: { account: ids.account, rule: 'administrator' } },
  UserLocked: {
    place: user,
    data: { cause: 'failedLogins', until: later, disableModeDays: 7 },
    optional: { until: true },
  },
  UserUnlocked: { place: user, data: { causes: ['administrator', 'failedLogins'] } },
  UserDeleted: {
    place: user,
    data: {
      account: ids.account,
      restorableUntil: later,
      keptRoles: ['auditor'],
      releasedLicences: [],
      disableModeDays: 7,
    },
  },
  UserRestored: { place: user, data: { account: ids.account } },
  UserRenamed: { place: user, data: name },
  UserCountryChanged: { place: user, data: { country: 'ES' } },
  UserLanguageChanged: { place: user, data: { language: 'es' } },
  UserEntitlementCountryChanged: { place: user, data: { country: 'ES' }, optional: { country: true } },
  UserRoleGranted: { place: user, data: { role: 'administrator' } },
  UserRoleRevoked: { place: user, data: { role: 'administrator' } },
  UserPasswordResetRequested: {
    place: user,
    data: { expiresAt: later, olderLinksStay: true },
    optional: { olderLinksStay: true },
  },
  UserPasswordChanged: { place: user, data: {} },
  UserSessionsEnded: {
    place: user,
    data: { session: '77777777-7777-4777-8777-777777777777' },
    optional: { session: true },
  },
  EmailClaimAbandoned: { place: user, data: { claim: `address-${ids.other}@0` } },
  AddressClaimed: { place: address, data: { user: ids.user, address: emailHash } },
  EmailClaimed: { place: email, data: { user: ids.user } },
  AccountOpened: {
    place: account,
    data: { name: 'Northwind', contracts: [{ country: 'DE', recurringRevenue: 1200 }], language: 'de' },
    optional: { language: true },
  },
  AdministratorAppointed: { place: account, data: { user: ids.user } },
  AdministratorStoodDown: { place: account, data: { user: ids.user, because: 'locked' } },
  AccountClosed: { place: account, data: {} },
  DomainOwned: { place: domain, data: { account: ids.account, by: 'operator' } },
  DomainReleased: { place: domain, data: { account: ids.account } },
  UserLoggedIn: { place: login, data: { method: 'password', at } },
  LoginFailed: { place: login, data: { method: 'password', at } },
  AccessTokenIssued: {
    place: token,
    data: {
      kind: 'user',
      holder: ids.user,
      account: ids.account,
      name: 'Nightly export',
      scopes: ['users:read', 'users:export'],
      expiresAt: later,
      revision: 3,
      meWriteKnown: true,
    },
    optional: { account: true, revision: true, meWriteKnown: true },
  },
  AccessTokenEnded: { place: token, data: {} },
  InstallationFounded: { place: installation, data: { vault: 'fingerprint' } },
  InstallationTakenOver: { place: installation, data: { events: 12, digest: 'ab'.repeat(32), position: 1234 } },
  InstallationKeyRotated: { place: installation, data: { generation: 2 } },
  TamperedStreamAccepted: {
    place: { ...installation, envelope: { ...installation.envelope, reason: 'Looked at with the auditor' } },
    data: {
      stream: `user-${ids.user}`,
      revision: 5,
      events: [
        { first: 0, last: 1 },
        { first: 3, last: 5 },
      ],
      problem: 'revision 2 was altered',
      log: { position: 1234, events: 12, digest: 'ab'.repeat(32), lastEvent: 'cd'.repeat(32) },
    },
    optional: { log: true },
  },
  LogIncidentsAcknowledged: {
    place: {
      ...installation,
      envelope: {
        ...installation.envelope,
        actor: { id: ids.other, kind: 'operator' },
        via: ids.token,
        reason: 'A test of ours',
        ip: '192.0.2.1',
      },
    },
    data: { position: 1234 },
  },
  InstallationRestored: { place: installation, data: { madeAt: at, position: 1234 }, optional: { position: true } },
};
