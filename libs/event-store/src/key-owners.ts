import type { Envelope, EventFormat } from '#libs/kernel';

// oxlint-disable-next-line typescript/no-explicit-any -- the erased form: which data belongs to a type, the catalogues have checked
export type AnyEventFormat = EventFormat<any>;

/** Returns the owner of the key that encrypts the data about an event's subject, `<kind>:<id>`; undefined if it has none. */
export function findSubjectKeyOwner(format: AnyEventFormat, data: object, envelope: Envelope): string | undefined {
  if (format.sealedFor) return format.sealedFor(data, envelope);
  const { subject, account } = envelope;
  if (subject.kind === 'user' || subject.kind === 'account') return `${subject.kind}:${subject.id}`;
  return account && `account:${account}`;
}

/** Returns the owner of the key that encrypts the data about an event's subject. Throws if it has none. */
export function subjectKeyOwner(format: AnyEventFormat, data: object, envelope: Envelope): string {
  const owner = findSubjectKeyOwner(format, data, envelope);
  const { kind, id } = envelope.subject;
  if (!owner) throw new Error(`no key can encrypt this: ${kind} ${id} belongs to no account`);
  return owner;
}

/** Returns the owner of the key that encrypts the data about an event's actor. Throws for the system, which has no key. */
export function actorKeyOwner({ actor }: Envelope): string {
  if (actor.kind === 'system') throw new Error('no key can encrypt this: the system has none');
  return `${actor.kind}:${actor.id}`;
}

/** Returns the name of the key of an event's account and month (UTC), `period:<account>:<YYYY-MM>`; `none`: without an account. */
export const periodKeyName = ({ account = 'none', at }: Envelope): string =>
  `period:${account}:${new Date(at).toISOString().slice(0, 7)}`;
