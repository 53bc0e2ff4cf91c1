import type { Actor } from './event.js';
import type { resultType } from './result.js';

/**
 * What the server knows about a query besides its fields. `libs/authorization` adds the caller's rights by declaration
 * merging.
 */
export interface QueryContext {
  readonly actor: Actor;
  /** UTC, ISO 8601. */
  readonly at: string;
  /** The only account that the result may contain; absent: all accounts. */
  readonly account?: string;
  /** The id of the target, from the path; empty if the query has none. */
  readonly targetId: string;
}

/** The fields of a query that a request may set: all but the context. */
export type QueryFields<Q> = Omit<Q, keyof Query<unknown>>;

/**
 * One class a query: its class-validator decorators make it the query string, the OpenAPI parameters and the message on
 * the query bus at once. `Result` is what its handler returns.
 */
export abstract class Query<Self, Result = unknown> {
  declare readonly [resultType]: Result;

  /** Set once by {@link withQueryContext}; not enumerable, so that it is never taken for a field. */
  declare readonly context: QueryContext;

  constructor(fields: QueryFields<Self>) {
    Object.assign(this, fields);
  }
}

/** Sets the context of a query, and returns that query. */
export function withQueryContext<Q extends Query<Q>>(query: Q, context: QueryContext): Q {
  return Object.defineProperty(query, 'context', { value: context, configurable: true });
}
