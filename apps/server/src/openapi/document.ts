import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { Routes } from '#libs/http';
import { describeOperation } from './operation.js';
import { problemSchemas } from './problems.js';
import type { ApiTypes, Operation, Schemas } from './types.js';

const description = `The API of Rollbook, a user-management backend.

- Every write answers its position in the log as \`Rollbook-Position\`. A read that sends it as \`Rollbook-Min-Position\` sees that write.
- A problem (RFC 9457) has a stable \`code\`, and in \`actions\` the next steps that work. Each route lists its codes; every route may also answer \`http.400\`, \`http.404\`, \`http.405\`, \`http.408\`, \`http.413\`, \`http.414\`, \`http.415\`, \`http.431\`, \`storage.full\` and \`server.error\`.
- Times are UTC in ISO 8601. Ids are UUIDs in lower case; requests may write them in either case.
- Responses to a session tell in \`Rollbook-Session-Ends-In\` in how many seconds it ends unless it is used. A page that asks by itself sends \`Rollbook-Background\`, so that this does not count as use.`;

const tags = [
  { name: 'access', description: 'Sessions, passwords and access tokens.' },
  { name: 'accounts', description: 'Accounts and the e-mail domains that they own.' },
  { name: 'audit', description: 'Who did what, when and why.' },
  { name: 'installation', description: 'What concerns more than one account.' },
  { name: 'users', description: 'The users of an account.' },
];

/** Returns the OpenAPI document: routes from the controllers, requests from their classes, responses from `types`. */
export function createOpenApi(app: NestFastifyApplication, types: ApiTypes): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setOpenAPIVersion('3.0.3')
    .setTitle('Rollbook')
    .setDescription(description)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .setVersion('1')
    .addServer('/', 'The server that has this document.')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An access token, `rb_…`.' })
    .addCookieAuth('rollbook-…', {
      type: 'apiKey',
      in: 'cookie',
      description:
        'A session from `POST /api/v1/login`. The name of the cookie ends with the id of the installation; over https it starts with `__Host-`. A write also needs an `Origin` header of the server.',
    });
  const document = SwaggerModule.createDocument(app, builder.build(), {
    operationIdFactory: (controller, method) => `${controller}.${method}`,
  });
  const operations = new Map(
    Object.values(document.paths).flatMap((item) =>
      Object.values(item as Record<string, Operation>).map((operation) => [operation.operationId!, operation] as const),
    ),
  );
  const requests: Schemas = {};
  for (const route of app.get(Routes).all) {
    const operation = operations.get(route.handler);
    if (operation) describeOperation(operation, route, types, requests);
  }
  document.tags = tags;
  document.components = {
    ...document.components,
    schemas: inOrder({ ...types.schemas, ...requests, ...problemSchemas }),
  };
  return { ...document, paths: inOrder(document.paths) };
}

const inOrder = <Value>(record: Readonly<Record<string, Value>>): Record<string, Value> =>
  Object.fromEntries(Object.entries(record).toSorted(([one], [other]) => (one < other ? -1 : 1)));
