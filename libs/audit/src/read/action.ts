import { accessTokenEvents } from '#libs/access';
import { accountEvents, emailDomainEvents } from '#libs/accounts';
import { loginEvents, userEvents } from '#libs/users';

/** A claim of an address is how users are kept apart, nothing that anybody did to one. */
const { EmailClaimAbandoned: _, ...users } = userEvents;

const formats = { ...users, ...loginEvents, ...accountEvents, ...emailDomainEvents, ...accessTokenEvents };

/** The types of events that make an audit row. */
export const auditedEvents = Object.keys(formats);

/** What an event's name begins with. */
const subjects = ['AccessToken', 'Administrator', 'Account', 'Domain', 'Login', 'User'] as const;

type Kebab<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${Lowercase<First>}${Rest extends Uncapitalize<Rest> ? '' : '-'}${Kebab<Rest>}`
  : Name;

type ActionOf<Type extends string> = {
  [Subject in (typeof subjects)[number]]: Type extends `${Subject}${infer Rest}`
    ? `${Kebab<Subject>}.${Kebab<Rest>}`
    : never;
}[(typeof subjects)[number]];

/** What an audit row says was done, like `user.locked`. */
export type AuditAction = ActionOf<keyof typeof formats>;

/** What somebody did: the event's name, split at its subject. `UserLocked` is `user.locked`. */
export function actionOf(type: string): string {
  const subject = subjects.find((name) => type.startsWith(name));
  if (!subject) throw new TypeError(`${type} does not begin with a subject of the audit trail`);
  return `${kebab(subject)}.${kebab(type.slice(subject.length))}`;
}

const kebab = (name: string) => name.replace(/\B[A-Z]/g, '-$&').toLowerCase();

/** Every action that there can be a row of. */
export const actions = auditedEvents.map(actionOf);
