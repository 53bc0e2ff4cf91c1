import { randomUUID } from 'node:crypto';
import {
  Injectable,
  createParamDecorator,
  type ArgumentMetadata,
  type ExecutionContext,
  type PipeTransform,
} from '@nestjs/common';
import type { ClassConstructor } from 'class-transformer';
import { v5 as uuidv5 } from 'uuid';
import { Command, Query, Refusal, withQueryContext, withContext, type CommandContext } from '#libs/kernel';
import { anonymousCaller, type CalledRequest } from './caller.js';
import { queryFieldsOf, takesKey, takesRevision } from './needs.js';
import { Clock, RequestDigests } from './ports.js';
import { addressOf } from './source.js';
import { invalid, validated } from './validation.js';

interface Source {
  /** Path parameters that are fields of the message. */
  readonly fields?: readonly string[];
  /** The path parameter that is the target's id. Default: `userId`; if the path has none, a command creates its target. */
  readonly target?: string;
}

interface Incoming {
  readonly request: CalledRequest;
  readonly handler: object;
  readonly source: Source;
}

const incoming = createParamDecorator((source: Source | undefined, context: ExecutionContext): Incoming => ({
  request: context.switchToHttp().getRequest(),
  handler: context.getHandler(),
  source: source ?? {},
}));

/**
 * Injects the command of a route: the validated fields of the body and the path, with its `context` (the caller, the target,
 * the time, the ids). `source` names the path parameters that are fields or the target. Throws `request.invalid`.
 */
export const CommandBody = (source?: Source) => incoming(source, CommandPipe);

/**
 * Injects the query of a route: the validated fields of the query string and the path, with its `context` (the caller, the
 * target, the time). `source` names the path parameters that are fields or the target. Throws `request.invalid`.
 */
export const QueryParams = (source?: Source) => incoming(source, QueryPipe);

/** The UUIDv5 namespace of the ids that derive from an Idempotency-Key. */
const namespace = 'c8a1d0b6-9a52-4f0e-8d8f-2b8f6f0f3a51';

/** Requests may write ids in either case: a repeat must be recognised in both. */
const withLowerCaseIds = (path: string): string =>
  path.replace(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, (id) => id.toLowerCase());

/** Derives an id from a command's id, so that a repeated command gets the same one. */
const deriveId = (commandId: string, purpose: string): string => uuidv5(purpose, commandId);

@Injectable()
class CommandPipe implements PipeTransform<Incoming> {
  constructor(
    private readonly clock: Clock,
    private readonly digests: RequestDigests,
  ) {}

  transform({ request, handler, source }: Incoming, { metatype }: ArgumentMetadata): Command<never> {
    const body = { ...fieldsFromQuery(request, handler), ...bodyOf(request) };
    const fields = fieldsFromPath(request, source, body);
    const command = validated(metatype as ClassConstructor<Command<never>>, { ...body, ...fields });
    request.command = command.constructor.name;
    return withContext(
      command,
      this.contextOf(request, source, body, parseIdempotencyKey(request, handler), parseIfMatch(request, handler)),
    );
  }

  private contextOf(
    request: CalledRequest,
    { target }: Source,
    body: object,
    key: string | undefined,
    expectedRevision: number | undefined,
  ): CommandContext {
    const {
      actor,
      tokenId,
      confinedTo,
      permissions,
      grantable,
      mayActOnAdministrators,
      authentication,
      issuableUntil,
    } = request.caller ?? anonymousCaller;
    const now = this.clock.now();
    const path = withLowerCaseIds(request.url.split('?', 1)[0]!);
    const ip = addressOf(request);
    const commandId = key
      ? uuidv5([actor.kind, actor.id, request.method, path, key].join('\n'), namespace)
      : randomUUID();
    const targetId = request.params[target ?? 'userId'] ?? deriveId(commandId, 'target');
    const text = JSON.stringify(body);
    return {
      commandId,
      // With a key, a retry that completes what a crash interrupted keeps the correlation id.
      correlationId: key ? deriveId(commandId, 'correlation') : randomUUID(),
      actor,
      ...(tokenId && { tokenId }),
      ...(ip && { ip }),
      at: now.toISOString(),
      ...(request.params['accountId'] && { account: request.params['accountId'] }),
      targetId,
      ...(key && {
        digest: this.digests.compute(`${request.method} ${path}`, text),
        earlierDigest: this.digests.computeEarlier(text),
      }),
      ...(expectedRevision !== undefined && { expectedRevision }),
      ...(confinedTo && { confinedTo }),
      permissions: [...permissions],
      grantable,
      mayActOnAdministrators,
      ...(issuableUntil && { issuableUntil }),
      ...(authentication && authentication.until < now.getTime() && { reauthenticateWith: authentication.by }),
    };
  }
}

@Injectable()
class QueryPipe implements PipeTransform<Incoming> {
  constructor(private readonly clock: Clock) {}

  transform({ request, source }: Incoming, { metatype }: ArgumentMetadata): Query<never> {
    const parameters = request.query as object;
    const query = validated(metatype as ClassConstructor<Query<never>>, {
      ...parameters,
      ...fieldsFromPath(request, source, parameters),
    });
    const caller = request.caller ?? anonymousCaller;
    const account = request.params['accountId'] ?? caller.confinedTo;
    const targetId = request.params[source.target ?? 'userId'] ?? '';
    const { actor, permissions, grantable, mayActOnAdministrators } = caller;
    const at = this.clock.now().toISOString();
    return withQueryContext(query, {
      actor,
      at,
      targetId,
      ...(account && { account }),
      permissions: [...permissions],
      grantable,
      mayActOnAdministrators,
    });
  }
}

/** Returns the body. Throws `request.invalid` if it is not a JSON object. */
function bodyOf({ body = {} }: CalledRequest): object {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw invalid([{ field: '', message: 'must be a JSON object' }]);
}

/** Returns the command's fields that the request has in its query string. */
function fieldsFromQuery(request: CalledRequest, handler: object): Record<string, unknown> {
  const query = request.query as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    queryFieldsOf(handler).flatMap((field) => (query[field] === undefined ? [] : [[field, query[field]]])),
  );
}

/** Returns the fields that the path gives. Throws `request.invalid` if the body or the query string has one of them as well. */
function fieldsFromPath(request: CalledRequest, { fields = [] }: Source, body: object): Record<string, string> {
  const repeated = fields.filter((field) => field in body);
  if (repeated.length) throw invalid(repeated.map((field) => ({ field, message: 'is given by the path' })));
  return Object.fromEntries(fields.map((field) => [field, request.params[field]!]));
}

/** Returns the Idempotency-Key of a request. Throws `idempotency.not-here` or `idempotency.key-invalid`. */
function parseIdempotencyKey(request: CalledRequest, handler: object): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (!takesKey(handler)) throw new Refusal('idempotency.not-here', 'invalid', 'This route takes no Idempotency-Key.');
  if (typeof key !== 'string' || !/^[\x21-\x7e]{1,200}$/.test(key)) {
    throw new Refusal(
      'idempotency.key-invalid',
      'invalid',
      'An Idempotency-Key is 1 to 200 printable ASCII characters.',
    );
  }
  return key;
}

/**
 * Returns If-Match as a revision (RFC 9110 §13.1.1). Ignores `*`: every command checks that its target exists. Throws
 * `revision.invalid`.
 */
function parseIfMatch(request: CalledRequest, handler: object): number | undefined {
  const tag = request.headers['if-match'];
  if (tag === undefined || tag === '*') return undefined;
  if (!request.caller || !takesRevision(handler))
    throw new Refusal('revision.invalid', 'invalid', 'This route takes no If-Match.');
  const revision = /^"(\d{1,15})"$/.exec(tag)?.[1];
  if (revision === undefined) {
    throw new Refusal('revision.invalid', 'invalid', 'If-Match takes one entity tag from an ETag header, like "3".');
  }
  return Number(revision);
}
