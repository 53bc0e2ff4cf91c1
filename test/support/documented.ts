import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';

type Schema = Readonly<Record<string, unknown>>;
type Content = Readonly<Record<string, { readonly schema: Schema }>>;

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

const { paths, components } = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

/** The routes of the OpenAPI document, those with fewer parameters first, as the router prefers them. */
const routes = Object.entries(paths)
  .toSorted(([one], [other]) => one.split('{').length - other.split('{').length)
  .flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      ...operation,
      method: method.toUpperCase(),
      pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
    })),
  );

/** Formats as `docs/openapi.json` promises them: ids in lower case, times in UTC. */
const formats = {
  uuid: /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  'date-time': /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/,
};

const ajv = new Ajv({ allErrors: true, strict: false, formats });
for (const [name, schema] of Object.entries(components.schemas))
  // A problem may have members that only its code has.
  ajv.addSchema(toJsonSchema(schema, name !== 'Problem'), `#/components/schemas/${name}`);

const validators = new Map<Schema, ValidateFunction>();

/**
 * Throws unless a JSON response is as docs/openapi.json describes it for the route and status: with every required
 * field, no unknown field, and values of the described types, formats and enums. Ignores routes without description.
 */
export function checkDocumented(method: string, url: string, status: number, type: string, body: unknown): void {
  const { pathname } = new URL(url);
  const route = routes.find((known) => known.method === method && known.pattern.test(pathname));
  if (!route) return;
  const responses = isShared(body) ? route.responses['default'] : route.responses[status];
  const schema = responses?.content?.[type.split(';', 1)[0]!]?.schema;
  const described = `${route.operationId} answered ${status} ${(body as { code?: string }).code ?? ''}`;
  if (!schema) throw new Error(`${described}, which docs/openapi.json does not describe`);
  if (!validators.has(schema)) validators.set(schema, ajv.compile(toJsonSchema(schema, false)));
  const validate = validators.get(schema)!;
  if (validate(body)) return;
  throw new Error(`${described}, not as docs/openapi.json describes it: ${ajv.errorsText(validate.errors)}`);
}

/** Problems of every route, which the document names once. */
const isShared = (body: unknown): boolean =>
  /^(?:http\.\d+|server\.error|storage\.full)$/.test((body as { code?: string }).code ?? '');

/**
 * Returns a schema of OpenAPI 3.0 as JSON Schema, which has no `nullable`.
 * @param closed whether its objects allow only the fields that they describe
 */
function toJsonSchema({ nullable, ...schema }: Schema, closed: boolean): Schema {
  const converted = Object.fromEntries(
    Object.entries(schema).map(([keyword, value]) => [keyword, convertKeyword(keyword, value, closed)]),
  );
  const complete = closed && converted['properties'] ? { additionalProperties: false, ...converted } : converted;
  return nullable ? { anyOf: [complete, { type: 'null' }] } : complete;
}

function convertKeyword(keyword: string, value: unknown, closed: boolean): unknown {
  if (keyword === 'items' || keyword === 'additionalProperties')
    return typeof value === 'object' ? toJsonSchema(value as Schema, closed) : value;
  if (keyword === 'properties')
    return Object.fromEntries(
      Object.entries(value as Record<string, Schema>).map(([name, field]) => [name, toJsonSchema(field, closed)]),
    );
  return /^(?:all|any|one)Of$/.test(keyword) ? (value as Schema[]).map((part) => toJsonSchema(part, closed)) : value;
}
