import type { DataOf, DomainEvent, Envelope } from './event.js';

/** How one type of event is stored. */
export interface EventFormat<Data = object> {
  /** Personal fields: encrypted with that person's key, so the log never has them in clear. */
  readonly personal?: readonly (keyof Data & string)[];
  /** Returns the owner of that key, `<kind>:<id>`. Default: the envelope's subject, or its account if the subject is no person. */
  readonly sealedFor?: (data: Data, envelope: Envelope) => string;
  /** Whether the event names that key by an opaque id, so that it does not show whose key it is. */
  readonly hidesOwner?: true;
  /** Whose keys encrypt the IP address: the actor's (default), or the subject's together with that of the account and month. */
  readonly ip?: 'actor' | 'period';
  /** The upcaster at index i turns schema i + 1 into i + 2; the current schema is their number + 1. */
  readonly upcasters?: readonly ((data: object) => object)[];
}

/** The formats of all events of a stream; a forgotten type does not compile. */
export type Catalogue<E extends DomainEvent> = { readonly [Type in E['type']]: EventFormat<DataOf<E, Type>> };
