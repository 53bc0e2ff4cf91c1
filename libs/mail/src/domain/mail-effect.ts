import type { DataOf, Recorded } from '#libs/kernel';
import type { UserEvent } from '#libs/users';

/**
 * Why a mail is sent. A `password-link` sets the first password or resets it. Administrators get `approvals-requested` soon
 * after users have begun to wait for approval, and `approvals-waiting` each day while they wait.
 */
export const mailKinds = [
  'password-link',
  'password-changed',
  'approvals-requested',
  'approvals-waiting',
  'approval-rejected',
] as const;
export type MailKind = (typeof mailKinds)[number];

/** Events of users, each with the condition under which it counts. */
type Conditions = { readonly [Type in UserEvent['type']]?: (data: DataOf<UserEvent, Type>) => boolean };

const always = () => true;

/** The events that queue a mail, by its kind. */
const queuedOn: Readonly<Record<MailKind, Conditions>> = {
  'password-link': {
    UserAdded: ({ status }) => status === 'active',
    // A user who has a password already gets no link: then the mail becomes void when it is composed.
    UserApproved: always,
    UserAddedToAccount: always,
    UserPasswordResetRequested: always,
  },
  'password-changed': { UserPasswordChanged: always },
  // Queued some minutes later by queueApprovalMails.
  'approvals-requested': {},
  // Queued once a day by queueApprovalMails.
  'approvals-waiting': {},
  'approval-rejected': { UserRejected: always },
};

/** The events that queue mails again which were not sent because the user was locked, by their kind. */
const releasedOn: Readonly<Record<MailKind, Conditions>> = {
  'password-link': { UserRestored: always, UserUnlocked: always },
  'password-changed': {},
  'approvals-requested': {},
  'approvals-waiting': {},
  'approval-rejected': {},
};

type AccountOf<Type extends UserEvent['type']> = (data: DataOf<UserEvent, Type>) => string | null | undefined;

const nowhere = () => null;

/** The account in which the user waits for approval after an event; `null`: in none; undefined: as before. */
const waitingAfter: { readonly [Type in UserEvent['type']]?: AccountOf<Type> } = {
  UserAdded: ({ account, status }) => (status === 'active' ? undefined : account),
  UserApprovalRequested: ({ account }) => account,
  UserApproved: nowhere,
  UserAddedToAccount: nowhere,
  UserRestored: nowhere,
  UserRejected: nowhere,
  UserDeleted: nowhere,
};

/** What an event changes in the outbox. */
export interface MailEffect {
  /** The kinds of mail to queue for the user. */
  readonly send: readonly MailKind[];
  /** The kinds of mail to queue again if they were not sent because the user was locked. */
  readonly release: readonly MailKind[];
  /** The account in which the user waits for approval from now on; `null`: in none; undefined: as before. */
  readonly waitingIn: string | null | undefined;
}

/** The types of all events that may have an effect. */
export const typesWithMailEffect: readonly string[] = [
  ...new Set(
    [...Object.values(queuedOn), ...Object.values(releasedOn), waitingAfter].flatMap((table) => Object.keys(table)),
  ),
];

/** Returns what an event changes in the outbox; most events change nothing. */
export function mailEffectOf({ type, data }: Recorded): MailEffect {
  const kindsIn = (table: Readonly<Record<MailKind, Conditions>>) =>
    mailKinds.filter((kind) => evaluate(table[kind], type, data) === true);
  return {
    send: kindsIn(queuedOn),
    release: kindsIn(releasedOn),
    waitingIn: evaluate(waitingAfter, type, data) as string | null | undefined,
  };
}

/** Calls the function of an event's type with the event's data; returns undefined if the table has none. */
function evaluate(table: object, type: string, data: object): unknown {
  return Object.hasOwn(table, type) ? (table as Record<string, (data: object) => unknown>)[type]!(data) : undefined;
}
