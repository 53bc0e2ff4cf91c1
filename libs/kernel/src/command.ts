import type { Actor } from './event.js';
import type { Permission } from './permission.js';
import type { resultType } from './result.js';

/** The browser that a command comes from, by what its device cookie proves. */
export interface Device {
  /** The id of this browser for this user; `undefined` where the user has not logged in on it before. */
  idFor(userId: string): string | undefined;
}

/** What a command was issued with: everything about it that the server knows and the caller may not say. */
export interface CommandContext {
  /** UUID; derived from the Idempotency-Key where one was given, else random. */
  readonly commandId: string;
  readonly correlationId: string;
  readonly actor: Actor;
  readonly tokenId?: string;
  readonly ip?: string;
  /** UTC, ISO 8601. */
  readonly at: string;
  /** The account that the command is about, from the path. */
  readonly account?: string;
  /** The id of what it is about, from the path: its stream is `<category>-<target>`. */
  readonly targetId: string;
  /** Keyed hash of the body; present with an Idempotency-Key. */
  readonly digest?: string;
  /** If-Match: the revision that the caller has seen. */
  readonly expectedRevision?: number;
  /** The account that the caller is confined to; absent: the whole installation is open to them. */
  readonly confinedTo?: string;
  /** What the caller may do now. */
  readonly permissions: readonly Permission[];
  /** The roles that the caller may give or bring back now. */
  readonly grantable: readonly string[];
  /** Whether the caller may act on account administrators. */
  readonly mayActOnAdministrators: boolean;
  /** Of a caller with a token: until when (UTC, ISO 8601) a token that they issue may live at most. */
  readonly issuableUntil?: string;
  /** Set where the caller's session was authenticated too long ago for what harms most: what has to be shown again. */
  readonly reauthenticateWith?: Credential;
  /** Present on routes that compare a password. */
  readonly device?: Device;
  /** Present on routes that issue a token: whether the caller may still do so, as of now. */
  readonly isStillAllowed?: () => Promise<boolean>;
}

/** What a session is authenticated with: a user's password, or an operator's access token. */
export type Credential = 'password' | 'token';

/** The fields that a caller may say in a command. */
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

/** Gives a command its context; answers the same command. */
export function withContext<C extends Command<C>>(command: C, context: CommandContext): C {
  return Object.defineProperty(command, 'context', { value: context, configurable: true });
}
