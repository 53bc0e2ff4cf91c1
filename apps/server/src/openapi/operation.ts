import type { Type } from '@nestjs/common';
import { roles } from '#libs/users';
import { Command } from '#libs/kernel';
import type { Route } from '#libs/http';
import { exampleOf } from './examples.js';
import { problemResponses } from './problems.js';
import { requestSchema } from './request-schemas.js';
import type { ApiTypes, Operation, Parameter, Response, Schema, Schemas } from './types.js';

/** Completes Nest's description of a route: texts, parameters, body, responses and security. Adds schemas to `requests`. */
export function describeOperation(operation: Operation, route: Route, types: ApiTypes, requests: Schemas): void {
  const { message, handler } = route;
  const type = types.operations[handler];
  if (!type) throw new Error(`${handler} is missing in the types that the build reads from the controllers.`);
  operation.operationId = message?.name ?? operationNames[handler] ?? handler;
  const comment = type.comment ?? (message && types.comments[message.name]?.description) ?? '';
  const [first, ...rest] = comment.split(/(?<=\.)\s+(?=[A-Z])/);
  operation.summary = (operation.summary ?? first)?.replace(/\.$/, '') || wordsOf(operation.operationId);
  operation.description = [operation.description ?? rest.join(' '), describeNeeds(route.needs)]
    .filter(Boolean)
    .join('\n\n');
  operation.security = route.needs === 'anonymous' ? [] : [{ bearer: [] }, { cookie: [] }];
  describeRequest(operation, route, types, requests);
  const status = Object.keys(operation.responses).find((code) => code.startsWith('2'))!;
  operation.responses = {
    [status]: {
      description: type.content ? 'Done.' : 'Done; the response has no body.',
      ...headersOf(route, status),
      ...(type.content && { content: { [type.content]: { schema: type.schema! } } }),
    },
    ...problemResponses(route),
  };
}

/** The ids of operations that take no command or query. */
const operationNames: Readonly<Record<string, string>> = {
  'AccessController.me': 'GetMe',
  'SessionController.logOut': 'LogOut',
  'OwnSessionsController.list': 'ListSessions',
  'OwnSessionsController.end': 'EndSession',
  'OwnSessionsController.endAll': 'EndAllSessions',
};

const wordsOf = (name: string): string => name.replace(/(?<!^)([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);

/** Returns a sentence about what the caller of a route needs. */
function describeNeeds(needs: Route['needs']): string {
  if (needs === undefined || needs === 'anonymous') return 'Needs no authentication.';
  if (needs === 'authenticated') return 'The caller needs a valid access token or session.';
  return `The caller needs the permission ${typeof needs === 'string' ? `\`${needs}\`` : 'for the `action` in the body'}.`;
}

/** Describes path, query string, headers and body of a route. */
function describeRequest(operation: Operation, route: Route, types: ApiTypes, requests: Schemas): void {
  const { path, message, queryFields } = route;
  const schema: Schema = message ? requestSchema(message, types, requests) : { type: 'object' };
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
  const fields = Object.entries(schema.properties ?? {}).filter(([name]) => !inPath.includes(name));
  const isCommand = isA(Command, message);
  const inQuery = isCommand ? fields.filter(([name]) => queryFields.includes(name)) : fields;
  operation.parameters = [
    ...inPath.map((name) => pathParameter(name)),
    ...inQuery.map(([name, field]) => queryParameter(name, field as Schema)),
    ...headerParameters(route, isCommand),
  ];
  if (!isCommand || fields.length === inQuery.length) {
    delete operation.requestBody;
    return;
  }
  const required = (schema.required ?? []).filter((name) => !inPath.includes(name));
  const { required: _, ...body } = schema;
  const example = exampleOf(message!.name);
  requests[message!.name] = {
    ...body,
    properties: Object.fromEntries(fields),
    ...(required.length > 0 && { required }),
    ...(example && { example }),
  };
  operation.requestBody = {
    required: required.length > 0,
    content: { 'application/json': { schema: { $ref: `#/components/schemas/${message!.name}` } } },
  };
}

const isA = (parent: abstract new (...args: never[]) => object, type: Type | undefined): boolean =>
  type?.prototype instanceof parent;

const pathParameter = (name: string): Parameter => ({
  name,
  in: 'path',
  required: true,
  schema: {
    type: 'string',
    ...(name.endsWith('Id') && { format: 'uuid' }),
    ...(name === 'role' && { enum: [...roles] }),
  },
});

const queryParameter = (name: string, { description, deprecated, ...schema }: Schema): Parameter => ({
  name,
  in: 'query',
  required: false,
  ...(description && { description }),
  ...(deprecated && { deprecated }),
  schema,
});

function headerParameters({ needs, takesKey, takesRevision, message }: Route, isCommand: boolean): Parameter[] {
  if (needs === 'anonymous' || !message) return [];
  if (!isCommand)
    return [
      header(
        'Rollbook-Min-Position',
        'Waits up to 2 s until the read models have reached this position.',
        '^[0-9]{1,15}$',
      ),
    ];
  return [
    ...(takesKey
      ? [
          header(
            'Idempotency-Key',
            'A repeat with the same key gets the response to the first request.',
            '^[!-~]{1,200}$',
          ),
        ]
      : []),
    ...(takesRevision
      ? [
          header(
            'If-Match',
            'The ETag that the caller has seen; 412 where the user has changed since.',
            '^(\\*|"[0-9]{1,15}")$',
          ),
        ]
      : []),
  ];
}

const header = (name: string, description: string, pattern: string): Parameter => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string', pattern },
});

/** Returns the headers of a successful response. */
function headersOf({ needs, hasLocation, takesRevision, message }: Route, status: string): Pick<Response, 'headers'> {
  const about = (description: string, type = 'string') => ({ description, schema: { type } });
  const headers = {
    ...(needs !== 'anonymous' && {
      'Rollbook-Position': about('The position in the log of the write, or of what a read shows.', 'integer'),
      'Rollbook-Session-Ends-In': about('With a session: in how many seconds it ends unless it is used.', 'integer'),
    }),
    ...(message &&
      needs !== 'anonymous' &&
      (takesRevision || status === '201') && {
        ETag: about('The revision of what the response is about, for `If-Match`; where it has one.'),
      }),
    ...(status === '201' && hasLocation && { Location: about('The path of what was made.') }),
  };
  return Object.keys(headers).length > 0 ? { headers } : {};
}
