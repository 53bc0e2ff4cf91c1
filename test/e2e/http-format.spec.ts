import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { METHODS, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { contract, callRoute, type RouteIds } from '../support/routes.js';
import {
  expectStatus,
  openTestAccount,
  startTestServer,
  type TestAccount,
  type TestServer,
} from '../support/server.js';

/** Properties that hold for every route of the OpenAPI document. */

interface Operation {
  readonly method: string;
  /** As in the document, with parameters like `{userId}`. */
  readonly path: string;
}

let server: TestServer;
let account: TestAccount;
let token: string;
let operations: Operation[];
beforeAll(async () => {
  server = await startTestServer();
  account = await openTestAccount(server);
  token = readFileSync(server.server.operatorToken, 'utf8').trim();
  const { paths } = expectStatus(200, await server.operator.get('/api/docs/openapi.json')).body as {
    paths: Record<string, object>;
  };
  operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => ({ path, method: method.toUpperCase() })),
  );
});
afterAll(() => server.close());

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly code: unknown;
}

/** Sends exactly these bytes, which `fetch` would normalise. */
function send(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string | Buffer,
): Promise<Answer> {
  const { hostname, port } = new URL(server.server.url);
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        hostname,
        port,
        method,
        path,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
          ...headers,
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString();
          const isJson = response.headers['content-type']?.includes('json') && text !== '';
          resolve({
            status: response.statusCode!,
            headers: response.headers,
            text,
            code: isJson ? JSON.parse(text).code : undefined,
          });
        });
      },
    );
    sent.once('error', reject).end(body);
  });
}

const json = { 'content-type': 'application/json' };
/** Fills in valid ids that do not exist. */
const fillPath = (path: string): string =>
  path.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === 'role' ? 'auditor' : name === 'domain' ? 'nowhere.example' : randomUUID(),
  );
const listWritingOperations = () => operations.filter(({ method }) => method !== 'GET');

/** Expects the same result for each of these operations, and names the one that fails. */
async function expectOfEach(
  some: readonly Operation[],
  expected: unknown,
  ask: (operation: Operation, path: string) => Promise<unknown>,
): Promise<void> {
  expect(some.length).toBeGreaterThan(10);
  for (const operation of some) {
    const line = `${operation.method} ${operation.path}`;
    expect([line, await ask(operation, fillPath(operation.path))]).toEqual([line, expected]);
  }
}

describe('HTTP-6: a body', () => {
  test.each([
    ['Latin-1', Buffer.from('{"firstName":"Zo\u00eb"}', 'latin1')],
    ['text that ends within a character', Buffer.from('{"firstName":"Zo\u00eb"}').subarray(0, 17)],
    ['an overlong slash', Buffer.from([...Buffer.from('{"a":"'), 0xc0, 0xaf, ...Buffer.from('"}')])],
    ['half a surrogate pair', Buffer.from([...Buffer.from('{"a":"'), 0xed, 0xa0, 0x80, ...Buffer.from('"}')])],
    ['UTF-16', Buffer.from('\ufeff{}', 'utf16le')],
  ])('that is %s is 400', (_, body) =>
    expectOfEach(listWritingOperations(), [400, 'request.not-utf8'], async ({ method }, path) => {
      const { status, code } = await send(method, path, json, body);
      return [status, code];
    }),
  );

  test.each(['iso-8859-1', 'utf-16', 'windows-1252', 'us-ascii', '""', 'utf-8; charset=latin1', 'utf-8x'])(
    'in the charset %s is 415',
    (charset) =>
      expectOfEach(listWritingOperations(), [415, 'http.415'], async ({ method }, path) => {
        const { status, code } = await send(
          method,
          path,
          { 'content-type': `application/json; charset=${charset}` },
          '{}',
        );
        return [status, code];
      }),
  );

  test.each(['gzip', 'br', 'deflate', 'identity', 'gzip, gzip', ''])(
    'with the Content-Encoding %j is 415',
    (encoding) =>
      expectOfEach(listWritingOperations(), [415, 'http.415', 'identity'], async ({ method }, path) => {
        const { status, code, headers } = await send(method, path, { ...json, 'content-encoding': encoding }, '{}');
        return [status, code, headers['accept-encoding']];
      }),
  );

  test('in UTF-8 is accepted with every spelling of the charset', async () => {
    for (const type of [
      'application/json',
      'application/json;charset=utf-8',
      'application/json; charset=UTF-8',
      'Application/JSON; charset="utf-8"',
      'application/json; charset=utf8',
      'application/json; q=1',
    ]) {
      const body = Buffer.from(
        `\ufeff${JSON.stringify({ email: `${randomUUID()}@${account.domain}`, firstName: 'Zo\u00eb', lastName: '\u738b', country: 'PL' })}`,
      );
      const { status, headers } = await send(
        'POST',
        `/api/v1${account.path('/users')}`,
        { 'content-type': type },
        body,
      );
      expect([type, status]).toEqual([type, 201]);
      const seen = await server.operator.get(headers.location!, {
        'rollbook-min-position': String(headers['rollbook-position']),
      });
      expect(seen.body).toMatchObject({ firstName: 'Zo\u00eb', lastName: '\u738b' });
    }
  });

  test('a name with U+FFFD is 400, because it was damaged before it was sent', async () => {
    const person = {
      email: `${randomUUID()}@${account.domain}`,
      firstName: 'Zo\ufffd',
      lastName: 'Lee',
      country: 'PL',
    };
    const reply = await server.operator.post(account.path('/users'), person);
    expect([reply.status, reply.body.errors.map(({ field }: { field: string }) => field)]).toEqual([
      400,
      ['firstName'],
    ]);
  });
});

describe('HTTP-6: an address', () => {
  test('with bytes outside ASCII is 400', () =>
    expectOfEach(operations, 400, async ({ method }, path) => (await send(method, `${path}?search=\u00e9`)).status));

  test.each(['%FF', '%C0%AF', '%ED%A0%80', '%zz', '%'])('with %s in its query is 400', (text) =>
    expectOfEach(operations, [400, 'request.not-utf8'], async ({ method }, path) => {
      const { status, code } = await send(method, `${path}?search=${text}`);
      return [status, code];
    }),
  );

  test.each(['%FF', '%C0%AF', '%ED%A0%80'])('with %s in its path is 400', async (text) => {
    for (const { method, path } of operations.filter(({ path: each }) => each.includes('{'))) {
      const { status } = await send(method, path.replace(/\{\w+\}/g, text));
      expect([path, status]).toEqual([path, 400]);
    }
  });
});

describe('HTTP-7: a body', () => {
  test('that is empty is {}', async () => {
    for (const { method, path } of listWritingOperations()) {
      const address = fillPath(path);
      const [empty, chunked, braces] = [
        await send(method, address, { ...json, 'content-length': '0' }),
        await send(method, address, { ...json, 'transfer-encoding': 'chunked' }),
        await send(method, address, json, '{}'),
      ];
      const seen = ({ status, code }: Answer) => [`${method} ${path}`, status, code];
      expect([seen(empty), seen(chunked)]).toEqual([seen(braces), seen(braces)]);
    }
  });

  test('that is malformed is refused with line and column, without quoting it', () =>
    expectOfEach(
      listWritingOperations(),
      [400, 'http.400', { line: 2, column: 13 }, false],
      async ({ method }, path) => {
        const { status, code, text } = await send(method, path, json, '{\n  "reason": secret }');
        const { line, column } = JSON.parse(text);
        return [status, code, { line, column }, text.includes('secret')];
      },
    ));

  test('without a field is refused with only the message that the field is missing', async () => {
    const { body } = await server.operator.post('/accounts', {
      name: 5,
      domains: [],
      administrator: { firstName: 'Ada' },
    });
    const messages = body.errors.map(
      ({ field, message }: { field: string; message: string }) => `${field}: ${message}`,
    );
    expect(messages.filter((message: string) => message.startsWith('administrator'))).toEqual([
      'administrator.email: email is missing',
      'administrator.lastName: lastName is missing',
      'administrator.country: country is missing',
    ]);
    expect(messages.filter((message: string) => message.startsWith('name')).join()).not.toContain('missing');
  });

  test.each([
    [{}, ['email', 'password']],
    [{ email: 'ada@northwind.example' }, ['password']],
    [{ password: 'some password' }, ['email']],
  ])('of a login that is %j is refused with the missing fields', async (body, missing) => {
    const reply = await server.operator.inBrowser().post('/login', body);
    expect([reply.status, reply.body.errors]).toEqual([
      400,
      missing.map((field) => ({ field, message: `${field} is missing` })),
    ]);
  });
});

describe('HTTP-8: another method', () => {
  const methods = METHODS.filter((method) => method !== 'CONNECT');

  /** Sends every method that is not allowed; returns the distinct responses. */
  async function sendForbiddenMethods(path: string, allowed: readonly string[], headers: Record<string, string> = {}) {
    const answers = new Set<string>();
    for (const method of methods.filter((each) => !allowed.includes(each))) {
      const { status, headers: told, code } = await send(method, path, headers);
      answers.add(`${status} ${method === 'HEAD' ? 'http.405' : String(code)} ${told.allow}`);
    }
    return [...answers];
  }
  const withHead = (some: readonly string[]) =>
    [...new Set(some.includes('GET') ? [...some, 'HEAD'] : some)].toSorted();

  test('gets 405 with Allow at every address of the API', async () => {
    for (const path of new Set(operations.map(({ path: each }) => each))) {
      // An address may fit more than one route: `users/bulk` is also `users/{userId}`.
      const fits = (other: string) => new RegExp(`^${other.replace(/\{\w+\}/g, '[^/]+')}$`).test(fillPath(path));
      const allowed = withHead(operations.filter((operation) => fits(operation.path)).map(({ method }) => method));
      const own = withHead(operations.filter((operation) => operation.path === path).map(({ method }) => method));
      expect([path, await sendForbiddenMethods(fillPath(path), allowed)]).toEqual([
        path,
        [`405 http.405 ${allowed.join(', ')}`],
      ]);
      expect(allowed).toEqual(expect.arrayContaining(own));
    }
  });

  test.each([
    '/',
    '/set-password',
    '/health/live',
    '/health/ready',
    '/metrics',
    '/assets/x.js',
    '/api/docs',
    '/api/docs/openapi.json',
  ])('gets 405 with Allow at %s', async (path) => {
    expect(await sendForbiddenMethods(path, ['GET', 'HEAD'])).toEqual(['405 http.405 GET, HEAD']);
  });

  test('gets 405 at a page of the admin UI in a browser, and 404 at unknown addresses', async () => {
    expect(await sendForbiddenMethods('/accounts/x', ['GET', 'HEAD'], { accept: 'text/html' })).toEqual([
      '405 http.405 GET, HEAD',
    ]);
    for (const path of ['/nothing', '/api/v1/nothing', '/api/v1/', '/api', '/health', '/assets'])
      expect([path, (await send('POST', path)).status]).toEqual([path, 404]);
  });
});

test('HTTP-8: every 201 has a Location at which the new object can be read', async () => {
  const ids: RouteIds = {
    accountId: account.id,
    userId: await account.addUser(),
    tokenId: randomUUID(),
    role: 'auditor',
    domain: account.domain,
  };
  const creating = contract.filter(({ successStatus }) => successStatus === 201);
  expect(creating.map(({ path }) => path)).toEqual(
    expect.arrayContaining([
      '/accounts',
      '/registrations',
      '/access-tokens',
      '/users/:userId/logins',
      '/accounts/:accountId/users',
    ]),
  );
  for (const route of creating) {
    const body = (given: RouteIds) => ({
      ...(route.body?.(given) as object),
      ...(route.path === '/access-tokens' && { userId: given.userId }),
    });
    const made = expectStatus(201, await callRoute(server.operator, { ...route, body }, ids));
    const location = made.headers.get('location');
    expect([route.path, location]).toEqual([route.path, expect.stringMatching(/^\/api\/v1\/[^:]+$/)]);
    const there = await server.operator.get(location!);
    expect([
      route.path,
      there.status,
      JSON.stringify(there.body).includes(made.body.userId ?? made.body.tokenId ?? made.body.accountId),
    ]).toEqual([route.path, 200, true]);
  }
});

test.each(['*/*', 'application/json', 'image/png', 'text/plain', '', undefined])(
  'HTTP-11: /set-password answers with the page for any Accept header: %j',
  async (accept) => {
    for (const path of ['/set-password', '/set-password?x=1', '/']) {
      const { status, headers } = await send('GET', path, {
        authorization: '',
        ...(accept !== undefined && { accept }),
      });
      expect([path, status, headers['content-type']]).toEqual([path, 200, 'text/html; charset=utf-8']);
    }
    expect((await send('GET', '/elsewhere', { accept: 'application/json' })).status).toBe(404);
  },
);
