import { sessionEndReasons } from '#libs/access';
import { statusOf, type Route } from '#libs/http';
import { Command, type RefusalCode } from '#libs/kernel';
import { refusalCodes } from '../refusal-codes.js';
import type { Response, Schemas } from './types.js';

/** Returns the problems of a route by status, each with its codes and what they mean. */
export function problemResponses(route: Route): Record<string, Response> {
  const codes = [...new Set([...sharedRefusals(route), ...route.refusals])].toSorted();
  const byStatus = Map.groupBy(codes, (code) => statusOf[refusalCodes[code].kind]);
  const responses = [...byStatus].map(([status, ofStatus]): [string, Response] => [
    String(status),
    {
      description: ofStatus.map((code) => `- \`${code}\`: ${refusalCodes[code].meaning}`).join('\n'),
      ...((status === 429 || status === 503) && { headers: { 'Retry-After': retryAfter } }),
      content: { 'application/problem+json': { schema: problemOf(ofStatus) } },
    },
  ]);
  return {
    ...Object.fromEntries(responses.toSorted(([one], [other]) => Number(one) - Number(other))),
    default: {
      description: 'Any other problem.',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    },
  };
}

const problemOf = (codes: readonly RefusalCode[]) => ({
  allOf: [
    { $ref: '#/components/schemas/Problem' },
    { type: 'object', properties: { code: { type: 'string', enum: [...codes] } } },
  ],
});

const retryAfter = { description: 'Seconds to wait before a retry.', schema: { type: 'integer' as const, minimum: 0 } };

/** Returns the refusals that every route with the same traits shares. */
function sharedRefusals({ needs, path, message, takesKey, takesRevision }: Route): RefusalCode[] {
  const isCommand = message?.prototype instanceof Command;
  const needsToken = needs !== 'anonymous';
  const when = (holds: boolean, ...codes: RefusalCode[]) => (holds ? codes : []);
  return [
    'event-store.unavailable',
    'state.unavailable',
    'log.tampered',
    'request.not-utf8',
    ...when(message !== undefined, 'request.invalid'),
    ...when(needsToken, 'access.unauthenticated', 'access.forbidden'),
    ...when(needsToken && (isCommand || !message), 'access.foreign-origin'),
    ...when(needsToken, 'position.invalid', 'projections.behind', 'projections.building', 'read-store.unavailable'),
    ...when(isCommand, 'stream.busy', 'revision.invalid', 'log.tampered', 'upgrade.under-way'),
    ...when(isCommand && takesKey, 'idempotency.key-invalid', 'idempotency.mismatch'),
    ...when(isCommand && !takesKey, 'idempotency.not-here'),
    ...when(isCommand && takesRevision, 'revision.stale'),
    ...when(path.includes(':accountId'), 'account.not-found'),
    ...when(path.includes(':userId'), 'user.not-found'),
    ...when(path.includes(':tokenId'), 'token.not-found'),
    ...when(path.includes(':mailId'), 'mail.not-found'),
    ...when(path.includes(':sessionId'), 'session.not-found'),
  ];
}

export const problemSchemas: Schemas = {
  Problem: {
    description: 'A problem (RFC 9457). Some codes have further members.',
    type: 'object',
    required: ['type', 'status', 'title', 'code', 'detail'],
    properties: {
      type: { type: 'string', description: 'Always `about:blank`: the code identifies the problem.' },
      title: { type: 'string', description: 'The reason phrase of the status.' },
      status: { type: 'integer', description: 'The HTTP status.' },
      code: { type: 'string', description: 'Identifies the problem for programs. Codes do not change.' },
      detail: { type: 'string', description: 'One sentence for the caller.' },
      actions: {
        type: 'array',
        description: 'The next steps that work.',
        items: { $ref: '#/components/schemas/ActionLink' },
      },
      errors: {
        type: 'array',
        description: 'With `request.invalid`: what is wrong with each field.',
        items: {
          type: 'object',
          required: ['field', 'message'],
          properties: {
            field: { type: 'string', description: 'The path of the field, like `administrator.email`.' },
            message: { type: 'string' },
          },
        },
      },
      sessionEnded: {
        type: 'string',
        enum: [...sessionEndReasons],
        description:
          'With `access.unauthenticated`, only to a browser that sends the cookie of a session that has ended: why it has.',
      },
      progress: {
        type: 'object',
        description: 'With `projections.building`: how far the read models are.',
        required: ['percent', 'events', 'eventsPerSecond', 'secondsLeft'],
        properties: {
          percent: { type: 'integer' },
          events: { type: 'integer', description: 'Events that were read.' },
          eventsPerSecond: { type: 'integer' },
          secondsLeft: { type: 'integer', nullable: true, description: '`null`: it can not be told.' },
        },
      },
      retryAfter: { type: 'integer', description: 'With `access.throttled`: seconds to wait, as in `Retry-After`.' },
    },
    example: {
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      code: 'user.not-active',
      detail: 'The user is not an active member of this account.',
      actions: [
        {
          action: 'RestoreUser',
          method: 'POST',
          href: '/api/v1/accounts/6f1c8f0e-2f4b-4b57-9f0a-3d1f1f0f7c11/users/0b5f3c1e-8a58-4f6b-9d58-4b0c6f6f1a22/restore',
        },
      ],
    },
  },
};
