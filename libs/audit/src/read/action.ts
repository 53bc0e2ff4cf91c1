import { accessTokenEvents } from '#libs/access';
import { accountEvents, emailDomainEvents } from '#libs/accounts';
import type { Catalogue, SubjectEvents } from '#libs/kernel';
import { loginEvents, userEvents } from '#libs/users';
import type { AuditedKind } from './subjects.js';

// An abandoned claim of an address is not an action on a user.
const { EmailClaimAbandoned: _, ...users } = userEvents;

/** The events that make an audit row; a forgotten one does not compile. */
const formats: Catalogue<Exclude<SubjectEvents[AuditedKind], { type: 'EmailClaimAbandoned' }>> = {
  ...users,
  ...loginEvents,
  ...accountEvents,
  ...emailDomainEvents,
  ...accessTokenEvents,
};

/** The types of events that make an audit row. */
export const auditedEvents = Object.keys(formats);

/** The words that names of events begin with. */
const subjects = ['AccessToken', 'Administrator', 'Account', 'Domain', 'Login', 'User'] as const;

type Kebab<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${Lowercase<First>}${Rest extends Uncapitalize<Rest> ? '' : '-'}${Kebab<Rest>}`
  : Name;

type ActionOf<Type extends string> = {
  [Subject in (typeof subjects)[number]]: Type extends `${Subject}${infer Rest}`
    ? `${Kebab<Subject>}.${Kebab<Rest>}`
    : never;
}[(typeof subjects)[number]];

/** The action of an audit row, like `user.locked`. */
export type AuditAction = ActionOf<keyof typeof formats>;

/**
 * Returns the action of a type of event: `user.locked` for `UserLocked`.
 * @throws TypeError if the type does not begin with a subject
 */
export function toAction(type: string): string {
  const subject = subjects.find((name) => type.startsWith(name));
  if (!subject) throw new TypeError(`${type} does not begin with a subject of the audit trail`);
  return `${kebab(subject)}.${kebab(type.slice(subject.length))}`;
}

const kebab = (name: string) => name.replace(/\B[A-Z]/g, '-$&').toLowerCase();

/** All actions. */
export const actions = auditedEvents.map(toAction);
