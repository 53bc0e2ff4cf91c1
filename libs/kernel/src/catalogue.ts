import type { DataOf, DomainEvent, Envelope } from './event.js';

/** How one type of event is stored. */
export interface EventFormat<Data = object> {
  /** Fields about a person: sealed under that person's key, never in clear in the log. */
  readonly personal?: readonly (keyof Data & string)[];
  /** Whose key seals them, `<kind>:<id>`; default: the envelope's subject, or its account where that is no person. */
  readonly sealedFor?: (data: Data, envelope: Envelope) => string;
  /** In whose box the ip lies; default the actor's. */
  readonly ip?: 'actor' | 'subject';
  /** The one at index i lifts schema i + 1 to i + 2; the current schema is their number + 1. */
  readonly upcasters?: readonly ((data: object) => object)[];
}

/** The formats of all events of a stream; a forgotten type does not compile. */
export type Catalogue<E extends DomainEvent> = { readonly [Type in E['type']]: EventFormat<DataOf<E, Type>> };
