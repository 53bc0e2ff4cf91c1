import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { IS_OPTIONAL, ValidationTypes } from 'class-validator';
import { validationMetadatasToSchemas } from 'class-validator-jsonschema';
import { Routes, type Route } from '#libs/http';
import { Command } from '#libs/kernel';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
type Schema = { readonly properties?: Schemas; readonly required?: readonly string[] };

/** OpenAPI at `/api/docs`, JSON at `/api/docs/openapi.json`. */
export function serveOpenApi(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async ({ url }, reply) => {
      if (/^\/api\/docs(?![^/?])/.test(url)) void reply.header('content-security-policy', policy);
    });
  SwaggerModule.setup('api/docs', app, () => openApi(app), { jsonDocumentUrl: 'api/docs/openapi.json' });
}

/** Nothing from other hosts, no inline script. Swagger UI brings style elements of its own, and icons as data. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The document: paths from the controllers, shapes from the decorators of commands and queries. */
export function openApi(app: NestFastifyApplication): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('Rollbook')
    .setDescription(
      'Every write answers its place in the log as `Rollbook-Position`; a read that sends it as `Rollbook-Min-Position` sees that write. The answers to a session tell in `Rollbook-Session-Ends-In` in how many seconds it ends unless it is used; a page says of what it asks by itself, with `Rollbook-Background`, that this is no use.',
    )
    .setVersion('1')
    .addBearerAuth()
    .addSecurityRequirements('bearer');
  const document = SwaggerModule.createDocument(app, builder.build());
  const schemas = validationMetadatasToSchemas({
    classTransformerMetadataStorage: defaultMetadataStorage,
    refPointerPrefix: '#/components/schemas/',
    additionalConverters: {
      isCountry: { type: 'string', pattern: '^[A-Z]{2}$' },
      isId: { type: 'string', format: 'uuid' },
      // `IsOptional` takes null, too; our own `Optional` does not.
      [ValidationTypes.CONDITIONAL_VALIDATION]: ({ name }) => (name === IS_OPTIONAL ? { nullable: true } : {}),
    },
  }) as unknown as Schemas;
  for (const route of app.get(Routes).all.values()) describe(document, route, schemas);
  const messages = new Set(
    [...app.get(Routes).all.values()].filter(({ message }) => !isCommand(message)).map(({ message }) => message.name),
  );
  const bodies = Object.entries(schemas).filter(([name]) => !messages.has(name));
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, ...Object.fromEntries(bodies), Problem: problem },
  };
  return document;
}

const isCommand = (message: Route['message']): boolean => message.prototype instanceof Command;

/** Says of one operation what its command or query takes. */
function describe(
  document: OpenAPIObject,
  { path, method, message, needs, takesKey, takesRevision, queryFields }: Route,
  schemas: Schemas,
): void {
  const item = document.paths[path.replace(/:(\w+)/g, '{$1}')] as Record<string, Operation> | undefined;
  const operation = item?.[method.toLowerCase()];
  if (!operation) return;
  const schema = schemaOf(message, schemas);
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
  const fields = Object.entries(schema.properties ?? {}).filter(([name]) => !inPath.includes(name));
  const inQuery = isCommand(message) ? fields.filter(([name]) => queryFields.includes(name)) : fields;
  operation.operationId = message.name;
  operation.summary ??= message.name.replace(/(?<!^)([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
  operation.description = [
    operation.description,
    needs && `Needs ${typeof needs === 'string' ? needs : 'the permission of its action'}.`,
  ]
    .filter(Boolean)
    .join('\n\n');
  operation.parameters = [
    ...inPath.map((name) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string', ...(name.endsWith('Id') && { format: 'uuid' }) },
    })),
    ...inQuery.map(([name, field]) => ({ name, in: 'query', required: false, schema: field })),
    ...(isCommand(message)
      ? [...(takesKey ? [idempotencyKey] : []), ...(takesRevision ? [ifMatch] : [])]
      : [minPosition]),
  ] as NonNullable<Operation['parameters']>;
  if (isCommand(message) && fields.length > inQuery.length) {
    const required = (schema.required ?? []).filter((name) => !inPath.includes(name));
    if (inPath.some((name) => name in (schema.properties ?? {}))) schemas[message.name] = withoutPath(fields, required);
    const content = { 'application/json': { schema: { $ref: `#/components/schemas/${message.name}` } } };
    operation.requestBody = { required: required.length > 0, content };
  }
  operation.responses['default'] = {
    description: 'A problem (RFC 9457)',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

/** The schema of a body some of whose command's fields are said by the path. */
const withoutPath = (fields: readonly [string, Schemas[string]][], required: readonly string[]): Schemas[string] => ({
  type: 'object',
  properties: Object.fromEntries(fields),
  ...(required.length > 0 && { required: [...required] }),
});

/** A class that adds no field of its own has its parent's. */
const schemaOf = (type: Route['message'] | undefined, schemas: Schemas): Schema =>
  type?.name ? ((schemas[type.name] as Schema | undefined) ?? schemaOf(Object.getPrototypeOf(type), schemas)) : {};

const header = (name: string, description: string) => ({
  name,
  in: 'header',
  required: false,
  description,
  schema: { type: 'string' },
});
const idempotencyKey = header('Idempotency-Key', 'A repeat with the same key answers what the first answered.');
const ifMatch = header('If-Match', 'The ETag that you have seen; 412 when it is no longer so.');
const minPosition = header(
  'Rollbook-Min-Position',
  'Waits up to 2 s until the read models have reached this position.',
);

const problem = {
  type: 'object',
  required: ['status', 'title', 'code', 'detail'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'What programs go by; stable.' },
    detail: { type: 'string' },
    actions: {
      type: 'array',
      description: 'Next steps that work.',
      items: {
        type: 'object',
        required: ['action', 'method', 'href'],
        properties: { action: { type: 'string' }, method: { type: 'string' }, href: { type: 'string' } },
      },
    },
    errors: {
      type: 'array',
      description: 'What is wrong with each field.',
      items: {
        type: 'object',
        required: ['field', 'message'],
        properties: { field: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
};
