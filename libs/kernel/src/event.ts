/** Something that happened. Its name and its data are the storage format. */
export interface DomainEvent<Type extends string = string, Data extends object = object> {
  readonly type: Type;
  readonly data: Data;
}

/** The data of the event named `Type` among the events `E`. */
export type DataOf<E extends DomainEvent, Type extends E['type']> = Extract<E, { type: Type }>['data'];

/**
 * Returns a function that makes events of the union type `E`: `const userEvent = eventsOf<UserEvent>()`, then
 * `userEvent('UserApproved', { account })`. A wrong name or field does not compile.
 */
export const eventsOf =
  <E extends DomainEvent>() =>
  <Type extends E['type']>(type: Type, data: DataOf<E, Type>): Extract<E, { type: Type }> =>
    ({ type, data }) as Extract<E, { type: Type }>;

/** The kinds of actors. `libs/authorization` adds the kinds of callers by declaration merging. */
export interface ActorKinds {
  /** The server itself, or a caller who is not authenticated. */
  system: true;
}

/** Who acts. */
export interface Actor {
  readonly id: string;
  readonly kind: keyof ActorKinds;
}

/** The actor of what the server does by itself, and of callers who are not authenticated. */
export const systemActor: Actor = { id: '00000000-0000-0000-0000-000000000000', kind: 'system' };

/**
 * The events of each kind of subject. Empty here: each kind is added by declaration merging beside its events. What has to
 * treat all kinds (the catalogue of the event store, the audit trail) does not compile if one is forgotten.
 */
// oxlint-disable-next-line typescript/no-empty-object-type, typescript/no-empty-interface -- filled by declaration merging
export interface SubjectEvents {}

/** Every event of a kind of subject that is in {@link SubjectEvents}: all that this build can write. */
export type RegisteredEvent = SubjectEvents[keyof SubjectEvents];

/** What an event is about. */
export interface Subject {
  readonly kind: keyof SubjectEvents;
  readonly id: string;
}

/** What the server knows about an event besides its data; stored in the event's metadata. */
export interface Envelope {
  /** The same for all events of one request, also if they are in several streams. */
  readonly correlationId: string;
  /** The id of the command that caused the event. */
  readonly causationId: string;
  readonly actor: Actor;
  /** The id of the access token that the actor used. */
  readonly via?: string;
  readonly subject: Subject;
  /**
   * The account that the subject belongs to: when it leaves an account, that account; when it joins one, the new account.
   * Absent while it belongs to none.
   */
  readonly account?: string;
  /** The actor's reason, in their words. Sealed. */
  readonly reason?: string;
  /** The IP address that the request came from. Sealed. */
  readonly ip?: string;
  /** When the request came, UTC, ISO 8601. */
  readonly at: string;
  /** Version of the event's JSON; upcasters bring older ones up to date. */
  readonly schema: number;
  /** Keyed hash of the request, which shows whether a repeat has the same body; set if the request has an Idempotency-Key. Sealed. */
  readonly digest?: string;
}

/** An event as read from the log. */
export interface Recorded<E extends DomainEvent = DomainEvent> {
  readonly id: string;
  readonly type: E['type'];
  readonly data: E['data'];
  readonly envelope: Envelope;
  /** `<category>-<id>`, without the installation's namespace. */
  readonly stream: string;
  /** The event's number in its stream, from 0. */
  readonly revision: number;
  /** The event's position in the whole log; positions grow, with gaps. */
  readonly position: number;
  /** Set if personal fields are missing because the subject was erased. */
  readonly erased?: true;
}
