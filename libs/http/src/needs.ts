import { SetMetadata, applyDecorators, type Type } from '@nestjs/common';
import type { ClassConstructor } from 'class-transformer';
import type { Permission } from '#libs/authorization';
import { Command } from '#libs/kernel';
import { invalid, validated } from './validation.js';

export const NEEDS = 'rollbook:needs';

/**
 * What a caller needs for a route: a permission, any valid token or session (`'authenticated'`), nothing (`'anonymous'`),
 * or the permission that the record has for the `action` in the body.
 */
export type Need = Permission | 'authenticated' | 'anonymous' | Readonly<Record<string, Permission>>;

/** Returns the permission that a request needs. Returns `undefined` if the route has none for the body's `action`: the guard then refuses. */
export function permissionNeeded(
  need: Exclude<Need, 'anonymous'>,
  body: unknown,
): Permission | 'authenticated' | undefined {
  if (typeof need === 'string') return need;
  const { action } = (body ?? {}) as { action?: unknown };
  return typeof action === 'string' && Object.hasOwn(need, action) ? need[action] : undefined;
}

/**
 * Refuses a body whose `action` has no permission in the record. Throws `request.invalid`, with everything else that is
 * wrong with the body as a command of this class.
 */
export function refuseAction(
  need: Readonly<Record<string, Permission>>,
  command: ClassConstructor<object> | undefined,
  body: unknown = {},
): never {
  if (command) validated(command, body);
  const message = `action must be one of the following values: ${Object.keys(need).join(', ')}`;
  throw invalid([{ field: 'action', message }]);
}

/** Returns the class of the command that a route takes. */
export const commandClassOf = (controller: Type, handler: { readonly name: string }): Type | undefined =>
  ((Reflect.getMetadata('design:paramtypes', controller.prototype as object, handler.name) ?? []) as Type[]).find(
    (type) => type?.prototype instanceof Command,
  );

/** Declares what a route needs. A route that declares nothing is refused, and fails a test. */
export const Needs = (need: Exclude<Need, 'anonymous'>) => SetMetadata(NEEDS, need);

const WITHOUT_KEY = 'rollbook:without-key';

/** Declares that a route takes no Idempotency-Key: its response holds a secret that is not stored, so it can not be repeated. */
export const WithoutKey = () => SetMetadata(WITHOUT_KEY, true);

/** Returns whether the route takes an Idempotency-Key. Public routes do not: keys of anonymous callers can't be told apart. */
export const takesKey = (handler: object): boolean =>
  Reflect.getMetadata(NEEDS, handler) !== ('anonymous' satisfies Need) && !Reflect.hasMetadata(WITHOUT_KEY, handler);

const WITHOUT_REVISION = 'rollbook:without-revision';

/** Declares that a route takes no If-Match. Use it for routes that create something, change several streams, or whose responses carry no ETag. */
export const WithoutRevision = () => SetMetadata(WITHOUT_REVISION, true);

/** Returns whether the route takes If-Match. Public routes do not: it would tell an anonymous caller whether a user exists. */
export const takesRevision = (handler: object): boolean =>
  Reflect.getMetadata(NEEDS, handler) !== ('anonymous' satisfies Need) &&
  !Reflect.hasMetadata(WITHOUT_REVISION, handler);

const FROM_QUERY = 'rollbook:from-query';

/** Declares that a route takes these fields of its command from the query string as well: many clients send no body with DELETE. */
export const FromQuery = (...fields: string[]) => SetMetadata(FROM_QUERY, fields);

/** Returns the fields that the route also takes from the query string. */
export const queryFieldsOf = (handler: object): readonly string[] =>
  (Reflect.getMetadata(FROM_QUERY, handler) as string[] | undefined) ?? [];

const BACKGROUND = 'rollbook:background';

/** Declares that the admin UI calls a route on its own, so that the call does not extend the session. */
export const Background = () => SetMetadata(BACKGROUND, true);

/**
 * Returns whether a person caused a request, which extends their session. Pages send the header `Rollbook-Background` with
 * requests of their own; a caller who sends it wrongly only makes their own session end sooner.
 */
export const isCausedByPerson = (headers: Readonly<Record<string, unknown>>, handler: object): boolean =>
  headers['rollbook-background'] === undefined && !Reflect.hasMetadata(BACKGROUND, handler);

/** Declares that a route can be called without a token. */
export const Public = () => SetMetadata(NEEDS, 'anonymous' satisfies Need);

const TOKEN_OPTIONAL = 'rollbook:token-optional';

/** Declares that a route can be called without a token. If a request has one, it is checked: the response may then contain more. */
export const TokenOptional = () => applyDecorators(Public(), SetMetadata(TOKEN_OPTIONAL, true));

/** Returns whether a public route checks the access token of a request that has one. */
export const checksToken = (handler: object): boolean => Reflect.hasMetadata(TOKEN_OPTIONAL, handler);
