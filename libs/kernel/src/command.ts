import type { Actor } from './event.js';
import type { resultType } from './result.js';

/**
 * What the server knows about a command besides its fields: nothing of it is taken from the request's body.
 * `libs/authorization` adds the caller's rights by declaration merging.
 */
export interface CommandContext {
  /** UUID: derived from the Idempotency-Key if the request has one, else random. */
  readonly commandId: string;
  readonly correlationId: string;
  readonly actor: Actor;
  /** The id of the access token that the actor used. */
  readonly tokenId?: string;
  /** The IP address that the request came from. */
  readonly ip?: string;
  /** UTC, ISO 8601. */
  readonly at: string;
  /** The account of the target, from the path. */
  readonly account?: string;
  /** The id of the target, from the path; its stream is `<category>-<targetId>`. */
  readonly targetId: string;
  /** Keyed hash of the request's target and body, with the number of its format; set if the request has an Idempotency-Key. */
  readonly digest?: string;
  /** The digest that earlier builds stored for the same request; set if `digest` is. It is compared, never stored. */
  readonly earlierDigest?: string;
  /** The revision in If-Match. */
  readonly expectedRevision?: number;
}

/** The fields of a command that a request may set: all but the context. */
export type Fields<C> = Omit<C, keyof Command<unknown>>;

/**
 * One class a command: its class-validator decorators make it the request's body, the OpenAPI schema and the
 * message on the command bus at once. `Result` is what its handler returns; leave it out where no route takes the command.
 */
export abstract class Command<Self, Result = unknown> {
  declare readonly [resultType]: Result;

  /** Set once by {@link withContext}; not enumerable, so that it is never taken for a field. */
  declare readonly context: CommandContext;

  constructor(fields: Fields<Self>) {
    Object.assign(this, fields);
  }
}

// oxlint-disable-next-line typescript/no-explicit-any -- a constructor's parameters are contravariant; `never` would refuse every call
export type CommandClass<C extends Command<any> = Command<any>> = new (fields: any) => C;

/** Sets the context of a command, and returns that command. */
export function withContext<C extends Command<C>>(command: C, context: CommandContext): C {
  return Object.defineProperty(command, 'context', { value: context, configurable: true });
}
