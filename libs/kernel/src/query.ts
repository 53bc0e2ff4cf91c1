import type { Actor } from './event.js';
import type { Permission } from './permission.js';
import type { resultType } from './result.js';

/** What the server knows about a question besides what was asked. */
export interface QueryContext {
  readonly actor: Actor;
  /** When, UTC, ISO 8601. */
  readonly at: string;
  /** The account that the answer must stay within; absent for one who sees all. */
  readonly account?: string;
  /** The id of what it is about, from the path; empty where it is about many. */
  readonly targetId: string;
  /** What the caller may do now. */
  readonly permissions: readonly Permission[];
  readonly grantable: readonly string[];
  readonly mayActOnAdministrators: boolean;
}

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

/** Gives a query its context; answers the same query. */
export function withQueryContext<Q extends Query<Q>>(query: Q, context: QueryContext): Q {
  return Object.defineProperty(query, 'context', { value: context, configurable: true });
}
