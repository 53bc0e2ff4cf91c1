import { readFileSync } from 'node:fs';
import { Routes, validated } from '#libs/http';
import { startTestServer, type TestServer } from '../support/server.js';

/** The OpenAPI document is the one that the build wrote and that is committed, and it describes what the server checks. */

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly format?: string;
  readonly nullable?: boolean;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly example?: Readonly<Record<string, unknown>>;
}

interface Operation {
  readonly operationId: string;
  readonly description?: string;
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema?: Schema }>> }>>;
}

const committed = readFileSync('docs/openapi.json', 'utf8');
const document = JSON.parse(committed) as {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};
const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
const { schemas } = document.components;

let server: TestServer;
beforeAll(async () => void (server = await startTestServer()));
afterAll(() => server.close());

test('the server serves the committed document', async () => {
  const served = await server.operator.get('/api/docs/openapi.json');
  expect(served.body).toEqual(JSON.parse(committed));
});

test.each(operations.map((operation) => [operation.operationId, operation] as const))(
  '%s names the schema of each successful response',
  (_, { responses }) => {
    const successful = Object.entries(responses).filter(([status]) => status.startsWith('2'));
    expect(successful).toHaveLength(1);
    for (const [, { content }] of successful) {
      const described = Object.values(content ?? {}).map(({ schema }) => schema?.$ref ?? schema?.type);
      expect(described).toEqual([expect.any(String)]);
    }
  },
);

/** Returns values that the schema of a field does not allow. */
function wrongValues({ enum: allowed, type, ...schema }: Schema): unknown[] {
  return [
    ...(schema.nullable ? [] : [null]),
    ...(type === 'string' ? [17] : ['text']),
    ...(allowed ? ['none of these'] : []),
    ...(schema.maxLength === undefined ? [] : ['x'.repeat(schema.maxLength + 1)]),
    ...(schema.minLength ? [''] : []),
    ...(['uuid', 'idn-email', 'date-time'].includes(schema.format ?? '') ? ['neither'] : []),
    ...(schema.minItems ? [[]] : []),
    ...(schema.minimum === undefined ? [] : [schema.minimum - 1]),
    ...(schema.maximum === undefined ? [] : [schema.maximum + 1]),
    ...(schema.items ? wrongValues(schema.items).map((value) => [value]) : []),
  ];
}

const bodies = operations.filter(({ requestBody }) => requestBody !== undefined).map(({ operationId }) => operationId);

describe.each(bodies)('the schema of the body of %s', (name) => {
  const { properties = {}, required = [], example } = schemas[name]!;
  const pathFields: Readonly<Record<string, object>> = {
    EndUserSession: { sessionId: '0b5f3c1e-8a58-4f6b-9d58-4b0c6f6f1a22' },
    GrantRole: { role: 'auditor' },
    RevokeRole: { role: 'auditor' },
  };
  const check = (body: object) => {
    const type = server.server.app.get(Routes).byMessage.get(name)!.message!;
    return () => validated(type as never, { ...body, ...pathFields[name] });
  };

  it('has an example that the server accepts', () => {
    expect(example).toBeDefined();
    expect(check(example!)).not.toThrow();
  });

  it('requires what the server requires', () => {
    for (const field of required) {
      const { [field]: _, ...rest } = example!;
      expect([field, refusalOf(check(rest))]).toEqual([field, 'request.invalid']);
    }
    const onlyRequired = Object.fromEntries(required.map((field) => [field, example![field]]));
    // `LogIn` needs an address with a password, or a token; a schema cannot express this.
    if (name !== 'LogIn') expect(check(onlyRequired)).not.toThrow();
  });

  it('forbids no type, length, format or value that the server accepts', () => {
    for (const [field, schema] of Object.entries(properties)) {
      for (const value of wrongValues(schema))
        expect([field, value, refusalOf(check({ ...example, [field]: value }))]).toEqual([
          field,
          value,
          'request.invalid',
        ]);
    }
  });
});

function refusalOf(check: () => unknown): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code;
  }
}
