import { loginEvents } from '#libs/users';
import { auditedKinds, type AuditedKind } from './subjects.js';

type Kinds = typeof auditedKinds;
type EventType = { [Kind in AuditedKind]: keyof Kinds[Kind]['events'] }[AuditedKind];
type Word = Kinds[AuditedKind]['words'][number];

const kinds: readonly { readonly events: object; readonly words: readonly string[] }[] = Object.values(auditedKinds);
const words = kinds.flatMap((kind) => kind.words);

/** The types of events that make an audit row. */
export const auditedEvents = kinds.flatMap(({ events }) => Object.keys(events));

type Kebab<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${Lowercase<First>}${Rest extends Uncapitalize<Rest> ? '' : '-'}${Kebab<Rest>}`
  : Name;

type ActionOf<Type extends string> = {
  [First in Word]: Type extends `${First}${infer Rest}` ? `${Kebab<First>}.${Kebab<Rest>}` : never;
}[Word];

/** The action of an audit row, like `user.locked`. */
export type AuditAction = ActionOf<EventType>;

/**
 * Returns the action of a type of event: `user.locked` for `UserLocked`.
 * @throws TypeError if the type does not begin with one of the words of `auditedKinds`
 */
export function toAction(type: string): string {
  const first = words.find((word) => type.startsWith(word));
  if (!first) throw new TypeError(`${type} begins with no word of the audit trail`);
  return `${kebab(first)}.${kebab(type.slice(first.length))}`;
}

const kebab = (name: string) => name.replace(/\B[A-Z]/g, '-$&').toLowerCase();

/** All actions. */
export const actions = auditedEvents.map(toAction);

/** The actions of logins, also of failed ones. They are many and change nothing. */
export const loginActions: readonly string[] = Object.keys(loginEvents).map(toAction);
