/** A past fact of the domain: its name and its data are the storage format. */
export interface DomainEvent<Type extends string = string, Data extends object = object> {
  readonly type: Type;
  readonly data: Data;
}

/** The data of the event named `Type` among the events `E`. */
export type DataOf<E extends DomainEvent, Type extends E['type']> = Extract<E, { type: Type }>['data'];

/** A way to say the events of one kind, `userEvent('UserApproved', { account })`: a wrong name or field does not compile. */
export const eventsOf =
  <E extends DomainEvent>() =>
  <Type extends E['type']>(type: Type, data: DataOf<E, Type>): Extract<E, { type: Type }> =>
    ({ type, data }) as Extract<E, { type: Type }>;

/** Who acts: a person, a program with a token of its own, whoever runs the installation, or Rollbook itself. */
export interface Actor {
  readonly id: string;
  readonly kind: 'user' | 'service' | 'operator' | 'system';
}

/** Nobody in particular: a stranger, or Rollbook itself. */
export const systemActor: Actor = { id: '00000000-0000-0000-0000-000000000000', kind: 'system' };

/** Whom or what an event is about. */
export interface Subject {
  readonly kind: 'user' | 'account' | 'domain' | 'access-token' | 'email' | 'installation';
  readonly id: string;
}

/** What the server knows about an event besides its data; kept in the event's metadata. */
export interface Envelope {
  /** One act, however many events and users it touches. */
  readonly correlationId: string;
  /** The id of the command that caused the event. */
  readonly causationId: string;
  readonly actor: Actor;
  /** The access token used, by id; its stream tells who issued it. */
  readonly via?: string;
  readonly subject: Subject;
  /** The account that the subject belongs to: before a departure, after an arrival; absent while unaffiliated. */
  readonly account?: string;
  /** Why, in the actor's words. Sealed. */
  readonly reason?: string;
  /** Where from. Sealed. */
  readonly ip?: string;
  /** When, UTC, ISO 8601. */
  readonly at: string;
  /** Version of the event's JSON; upcasters lift older ones. */
  readonly schema: number;
  /** Keyed hash of the request's body, where it came with an Idempotency-Key. */
  readonly digest?: string;
}

/** An event as read back from the log. */
export interface Recorded<E extends DomainEvent = DomainEvent> {
  readonly id: string;
  readonly type: E['type'];
  readonly data: E['data'];
  readonly envelope: Envelope;
  /** `<category>-<id>`, without the installation's namespace. */
  readonly stream: string;
  /** Place in its stream, from 0. */
  readonly revision: number;
  /** Place in the whole log; grows, with gaps. */
  readonly position: number;
  /** Personal fields are missing because the subject was erased. */
  readonly erased?: true;
}
