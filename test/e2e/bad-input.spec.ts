import { randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import {
  array,
  assert,
  asyncProperty,
  constant,
  constantFrom,
  dictionary,
  integer,
  jsonValue,
  oneof,
  option,
  record,
  string,
} from 'fast-check';
import { permissions } from '#libs/authorization';
import type { Api, ApiResponse } from '../support/api.js';
import {
  contract,
  fillPath,
  issueServiceToken,
  tomorrow,
  type ContractRoute,
  type RouteIds,
} from '../support/routes.js';
import {
  expectStatus,
  openTestAccount,
  startTestServer,
  type TestAccount,
  type TestServer,
} from '../support/server.js';

let server: TestServer;
let account: TestAccount;
let api: Api;
let token: string;
let ids: RouteIds;

beforeAll(async () => {
  server = await startTestServer({}, { requestTimeout: 1_000 });
  account = await openTestAccount(server);
  const issued = expectStatus(
    201,
    await server.operator.post('/access-tokens', {
      kind: 'service',
      name: 'x',
      scopes: ['users:read'],
      expiresAt: tomorrow(),
    }),
  );
  ids = {
    accountId: account.id,
    userId: await account.addUser(),
    tokenId: issued.body.tokenId,
    role: 'auditor',
    domain: `${randomUUID()}.example`,
  };
  token = await issueServiceToken(server.operator, permissions);
  api = server.operator.as(token);
});
afterAll(() => server.close());

/** Checks that this response is a problem in the format that all errors have. */
function expectProblem(
  reply: Pick<ApiResponse, 'status' | 'body' | 'headers'>,
  status: number,
  code: unknown = expect.any(String),
): void {
  expect({ status: reply.status, type: reply.headers.get('content-type'), body: reply.body }).toEqual({
    status,
    type: expect.stringMatching(/^application\/problem\+json/),
    body: expect.objectContaining({
      type: 'about:blank',
      title: expect.any(String),
      status,
      code,
      detail: expect.any(String),
    }),
  });
}

const invalidFieldsOf = ({ body }: ApiResponse): string[] =>
  (body.errors ?? []).map(({ field }: { field: string }) => field);

const logPosition = async (): Promise<number> => (await server.operator.get('/health/ready')).body.projections.head;

/** Makes these calls and checks that the log does not grow. */
async function expectNothingWritten(calls: () => Promise<void>): Promise<void> {
  const before = await logPosition();
  await calls();
  expect(await logPosition()).toBe(before);
}

const withTitles = (routes: readonly ContractRoute[]) => [
  ...new Map(routes.map((route) => [`${route.method} ${route.path}`, route])).entries(),
];
/** All routes that write, except those that end sessions: they are no commands and read no body. */
const writes = withTitles(
  contract.filter(({ method, path }) => method !== 'GET' && !/^\/(logout|me\/sessions)/.test(path)),
);
/** Returns ids with another user each time, because requests for mails to one user are limited. */
const idsOfAnotherUser = (): RouteIds => ({ ...ids, userId: randomUUID() });
const sendTo = ({ method, path }: ContractRoute, body: unknown, headers: Record<string, string> = {}) =>
  api.send(method, fillPath(path, idsOfAnotherUser()), body, headers);

describe('a body that can not be read', () => {
  it.each(writes)('HTTP-7: is refused by %s', async (_, route) => {
    await expectNothingWritten(async () => {
      for (const body of [
        '{',
        '{"reason":}',
        ' ',
        '{"reason":"a\u0000b"}',
        '{"__proto__":{"admin":true}}',
        '{"constructor":{"prototype":{"admin":true}}}',
      ]) {
        expectProblem(await sendTo(route, body), 400, 'http.400');
      }
      for (const body of ['[]', '[{}]', 'null', '"text"', '5', 'true']) {
        const reply = await sendTo(route, body);
        expectProblem(reply, 400, 'request.invalid');
        expect(invalidFieldsOf(reply)).toEqual(['']);
      }
      for (const field of ['nobodyKnowsThis', 'context', 'toString', 'within']) {
        const reply = await sendTo(route, { [field]: {} });
        expectProblem(reply, 400, 'request.invalid');
        expect(invalidFieldsOf(reply)).toContain(field);
      }
    });
  });

  it.each(writes)('HTTP-7: because it is not JSON is refused by %s', async (_, route) => {
    await expectNothingWritten(async () => {
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/xml',
        'text/json',
        'garbage',
      ]) {
        expectProblem(await sendTo(route, '{}', { 'content-type': type }), 415, 'http.415');
      }
      expectProblem(await sendTo(route, JSON.stringify({ reason: 'x'.repeat(256 * 1024) })), 413, 'http.413');
    });
  });
});

const noText = [
  null,
  5,
  true,
  {},
  [],
  ['a'],
  '',
  ' ',
  'x'.repeat(10_000),
  'a\u0000b',
  'a\nb',
  'a\u007fb',
  'a\u0085b',
  'a\ud800b',
];
const noFlag = [null, 'true', 1, {}, []];
const noList = [null, 'a', 5, {}, [null], [5], [[]], ['nothing like it'], ['a', 'a']];
const noObject = [null, 'a', 5, [], {}, [{}]];
const person = { email: 'new@nowhere.example', firstName: 'Ada', lastName: 'Lovelace', country: 'GB' };
const texts = (...fields: string[]): Record<string, unknown[]> =>
  Object.fromEntries(fields.map((field) => [field, noText]));

/** Routes with a valid body, and invalid values for each of its fields. */
const bodies: [string, object, Record<string, unknown[]>][] = [
  [
    'POST /accounts',
    { name: 'New', domains: [], administrator: person },
    {
      ...texts(
        'name',
        'language',
        'administrator.email',
        'administrator.firstName',
        'administrator.lastName',
        'administrator.country',
      ),
      domains: [null, 'a.example', 5, {}, [null], [5], ['a.example', 'a.example'], ['x'.repeat(300)]],
      administrator: noObject,
      contracts: [
        null,
        'a',
        5,
        {},
        [null],
        [5],
        [[]],
        [{}],
        [{ country: 'XX', recurringRevenue: 1 }],
        [{ country: 'DE', recurringRevenue: '1' }],
        [{ country: 'DE', recurringRevenue: -1 }],
      ],
    },
  ],
  [
    'POST /accounts/:accountId/users',
    person,
    texts('email', 'firstName', 'lastName', 'country', 'language', 'entitlementCountry'),
  ],
  ['POST /registrations', person, texts('email', 'firstName', 'lastName', 'country', 'language')],
  [
    'PATCH /accounts/:accountId/users/:userId',
    {},
    { ...texts('firstName', 'lastName', 'country', 'language', 'reason'), entitlementCountry: noText.slice(1) },
  ],
  ['PUT /accounts/:accountId/users/:userId/roles/:role', {}, { ...texts('reason'), dryRun: noFlag }],
  ['DELETE /accounts/:accountId/users/:userId/roles/:role', {}, texts('reason')],
  ...['approve', 'reject', 'unlock', 'restore', 'add-to-account'].map(
    (act): [string, object, Record<string, unknown[]>] => [
      `POST /accounts/:accountId/users/:userId/${act}`,
      {},
      texts('reason'),
    ],
  ),
  ['POST /accounts/:accountId/users/:userId/lock', {}, { ...texts('reason'), dryRun: noFlag }],
  ['POST /accounts/:accountId/users/:userId/delete', {}, { ...texts('reason'), dryRun: noFlag, keepRoles: noFlag }],
  [
    'POST /accounts/:accountId/users/bulk',
    { action: 'lock', userIds: [randomUUID()] },
    {
      ...texts('action', 'reason'),
      dryRun: noFlag,
      keepRoles: [true, ...noFlag],
      userIds: [...noList, [], Array.from({ length: 1_001 }, () => randomUUID())],
    },
  ],
  [
    'POST /users/:userId/logins',
    { method: 'password' },
    {
      ...texts('method', 'ip'),
      at: [
        ...noText,
        'yesterday',
        '2026-02-30T00:00:00Z',
        '2026-01-01T25:00:00Z',
        '0000-01-01T00:00:00Z',
        '2026-01-01 00:00:00Z',
      ],
    },
  ],
  [
    'POST /access-tokens',
    { kind: 'service', name: 'x', scopes: ['users:read'], expiresAt: tomorrow() },
    {
      ...texts('kind', 'name', 'userId', 'accountId'),
      scopes: [...noList, []],
      expiresAt: [...noText, 'tomorrow', '2026-02-30T00:00:00Z'],
    },
  ],
];

/** Returns the body with another value in a field, which may be nested (`outer.inner`). */
function withValue(body: object, field: string, value: unknown): object {
  const [outer, inner] = field.split('.') as [keyof typeof body, string?];
  return { ...body, [outer]: inner ? { ...(body[outer] as object), [inner]: value } : value };
}

describe('a field that can not be used', () => {
  it.each(bodies)('HTTP-5: is named in the refusal of %s', async (line, body, fields) => {
    const [method, path] = line.split(' ') as [string, string];
    await expectNothingWritten(async () => {
      for (const [field, values] of Object.entries(fields)) {
        for (const value of values) {
          const reply = await api.send(method, fillPath(path, idsOfAnotherUser()), withValue(body, field, value));
          expectProblem(reply, 400, 'request.invalid');
          expect([
            value,
            invalidFieldsOf(reply).filter((named) => named !== field && !named.startsWith(`${field}.`)),
          ]).toEqual([value, []]);
        }
      }
    });
  });

  it('HTTP-5: is named together with all other invalid fields', async () => {
    const reply = await api.post(account.path('/users'), {
      email: 'a',
      firstName: 5,
      country: 'gb',
      language: 'fr',
      shoeSize: 44,
    });
    expectProblem(reply, 400, 'request.invalid');
    expect([...new Set(invalidFieldsOf(reply))].toSorted()).toEqual([
      'country',
      'email',
      'firstName',
      'language',
      'lastName',
      'shoeSize',
    ]);
  });
});

describe('a header that can not be used', () => {
  let document: { paths: Record<string, Record<string, { parameters: { name: string }[] }>> };
  beforeAll(async () => void (document = (await api.get('/api/docs/openapi.json')).body));

  it.each(writes)(
    'HTTP-2, HTTP-3: is refused by %s, whose description says whether it accepts a key and a revision',
    async (_, route) => {
      const body = route.body?.(ids);
      const operation = document.paths[`/api/v1${route.path.replace(/:(\w+)/g, '{$1}')}`]![route.method.toLowerCase()]!;
      const [takesKey, takesRevision] = ['Idempotency-Key', 'If-Match'].map((header) =>
        operation.parameters.some(({ name }) => name === header),
      );
      await expectNothingWritten(async () => {
        for (const tag of [
          '3',
          '"x"',
          'W/"3"',
          '"-1"',
          '"1", "2"',
          '"1e3"',
          '""',
          `"${'9'.repeat(16)}"`,
          ...(takesRevision ? [] : ['"3"']),
        ]) {
          expectProblem(await sendTo(route, body, { 'if-match': tag }), 400, 'revision.invalid');
        }
        for (const key of ['a b', 'x'.repeat(201), '\u00fc']) {
          expectProblem(
            await sendTo(route, body, { 'idempotency-key': key }),
            400,
            takesKey ? 'idempotency.key-invalid' : 'idempotency.not-here',
          );
        }
      });
    },
  );

  it('HTTP-3: is refused if it is sent twice', async () => {
    const lock = account.path(`/users/${ids.userId}/lock`);
    await expectNothingWritten(async () => {
      for (const [name, values] of Object.entries({ 'idempotency-key': ['a', 'b'], 'if-match': ['"0"', '"1"'] })) {
        expect(await sendTwice('POST', lock, name, values)).toBe(400);
      }
    });
    expect(await sendTwice('GET', '/me', 'rollbook-min-position', ['1', '2'])).toBe(400);
  });

  it('LIST-8: is refused if it is the position to wait for', async () => {
    for (const position of ['x', '-1', '1.5', '1 2', '9'.repeat(16)]) {
      expectProblem(
        await api.get(account.path('/users'), { 'rollbook-min-position': position }),
        400,
        'position.invalid',
      );
    }
    const ahead = await api.get(account.path('/users'), { 'rollbook-min-position': '999999999999999' });
    expectProblem(ahead, 503, 'projections.behind');
    expect(Number(ahead.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  /** Sends a request that has a header twice; returns the status. */
  function sendTwice(method: string, path: string, name: string, values: string[]): Promise<number> {
    return new Promise((resolve, reject) => {
      httpRequest(
        `${server.server.url}/api/v1${path}`,
        { method, headers: { authorization: `Bearer ${token}`, [name]: values } },
        (response) => {
          response.resume().once('end', () => resolve(response.statusCode!));
        },
      )
        .once('error', reject)
        .end();
    });
  }
});

const cursor = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const noCursor = [
  'garbage',
  '%00',
  cursor({}),
  cursor([]),
  cursor([null, null]),
  cursor([{}, []]),
  cursor(['x', 'y\0']),
  cursor(['last_name_key', 'y\0']),
  cursor(['5', '\0']),
];
const noLimit = ['0', '201', '-1', '1.5', 'ten', '', 'NaN', '1e9', '5&limit=6'];
const noId = [
  '',
  'x',
  'a%0Ab',
  `${randomUUID()}0`,
  randomUUID().slice(1),
  randomUUID().replaceAll('-', ''),
  `{${randomUUID()}}`,
  'x'.repeat(101),
  `${randomUUID()}%0A`,
];
const noTime = ['yesterday', '2026-02-30', '2026-01-01T25:00:00Z', '2026-01-01T00:00:00', '0000-01-01', '%00', ''];

describe('an invalid query', () => {
  const asked: [string, Record<string, string[]>][] = [
    ['/accounts', { limit: noLimit }],
    ['/access-tokens', { limit: noLimit }],
    [
      '/audit',
      {
        limit: noLimit,
        from: noTime,
        to: noTime,
        action: ['user.eaten', 'user.locked&action=x', ''],
        subject: ['a%00b', '', 'x', `${randomUUID()}0`, 'a@b.example', 'localhost'],
        actor: noId,
        accountId: noId,
        correlationId: noId,
        account: noId,
        correlation: noId,
      },
    ],
    [
      '/accounts/:accountId/users',
      {
        limit: noLimit,
        sort: ['name', '--email', 'email&sort=country', ''],
        status: ['gone', 'active&status=gone', ''],
        locked: ['maybe', ''],
        lockCause: ['x'],
        role: ['king'],
        country: ['germany', 'de'],
        email: ['a%00b'],
        search: ['a', 'a%00bc', 'x'.repeat(101)],
        lastLoginBefore: noTime,
      },
    ],
    ['/accounts/:accountId/users.csv', { status: ['gone'], search: ['a'], lastLoginBefore: noTime }],
    ['/accounts/:accountId/pending-approvals', { limit: noLimit }],
    ['/accounts/:accountId/users/:userId/history', { limit: noLimit, excludeLogins: ['maybe', ''] }],
  ];

  it.each(asked)('HTTP-5: is refused at %s', async (path, fields) => {
    for (const [field, values] of Object.entries({ ...fields, nobodyKnowsThis: ['1'], __proto__x: ['1'] })) {
      for (const value of values) {
        const reply = await api.get(`${fillPath(path, ids)}?${field}=${value}`);
        expectProblem(reply, 400, 'request.invalid');
        expect(new Set(invalidFieldsOf(reply))).toEqual(new Set([field]));
      }
    }
    if (!('limit' in fields)) return;
    for (const value of noCursor)
      expectProblem(
        await api.get(`${fillPath(path, ids)}?cursor=${value}`),
        400,
        expect.stringMatching(/^(?:cursor|request)\.invalid$/),
      );
  });

  it('REPLAY-2: is refused if it is a moment', async () => {
    for (const at of [...noTime.filter(Boolean), '-1', '1.5', '00', '000'])
      expectProblem(await api.get(account.path(`/users/${ids.userId}?at=${at}`)), 400);
  });

  it('HTTP-5: is accepted if only its time zone is unusual', async () => {
    for (const time of ['2026-01-01T00:00:00%2B23:59', '9999-12-31T23:59:59-23:59', '1000-01-01T00:00:00%2B15:59']) {
      expectStatus(200, await api.get(account.path(`/users?lastLoginBefore=${time}`)));
      expectStatus(200, await api.get(`/audit?from=${time}`));
    }
  });
});

describe('an address', () => {
  it('PERM-14: with an invalid id is 404', async () => {
    for (const [, { method, path, body }] of withTitles(contract.filter(({ path }) => path.includes('Id')))) {
      for (const [, name] of path.matchAll(/:(\w+Id)/g)) {
        for (const id of ['x', '%00', '..%2f..', `{${ids.userId}}`, '__proto__', 'null', '0']) {
          expectProblem(
            await api.send(method, fillPath(path, { ...ids, [name!]: id }), body?.(ids)),
            404,
            `${name!.slice(0, -2)}.not-found`,
          );
        }
      }
    }
  });

  it('HTTP-8: without a route is 404; with another method it is 405', async () => {
    for (const path of [
      '/nothing',
      '/accounts/',
      '/users',
      `/accounts/${ids.accountId}/nothing`,
      '/api/v2/me',
      '/api/',
    ])
      expectProblem(await api.get(path), 404, 'http.404');
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])
      expectProblem(await api.send(method, '/me/account', undefined), 405, 'http.405');
  });

  it('HTTP-1: that can not be read is answered with a problem, too', async () => {
    expectProblem(await api.get('/%zz'), 400, 'http.400');
    expectProblem(await api.get(`/accounts/${'a'.repeat(2_000)}`), 414, 'http.414');
    expectProblem(await api.get(`/audit?subject=${'a'.repeat(100_000)}`), 431, 'http.431');
    expectProblem(await api.put(account.path('/domains/a%00b.example')), 400, 'domain.invalid');
  });
});

/** Sends these bytes; returns what the server answers until it closes the connection. */
const sendBytes = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(new URL(server.server.url).port), '127.0.0.1', () => socket.write(text));
    socket
      .on('data', (data) => (answer += String(data)))
      .once('end', () => resolve(answer))
      .once('error', reject);
  });

describe('a client', () => {
  it.each([
    [
      'that is slow with the body',
      408,
      'POST /api/v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"name":',
    ],
    ['that is slow with the headers', 408, 'GET /api/v1/me HTTP/1.1\r\nHost: x\r\nX-Header: '],
    ['that does not speak HTTP', 400, 'HELO rollbook\r\n\r\n'],
    [
      'that sends two contradicting lengths',
      400,
      'POST /api/v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}',
    ],
  ])('%s gets %d', async (_, status, text) => {
    const [head, body] = (await sendBytes(text)).split('\r\n\r\n') as [string, string];
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*content-type: application/problem\\+json`, 'i'));
    expect(JSON.parse(body)).toMatchObject({ status, code: `http.${status}`, detail: expect.any(String) });
  });
});

describe('a random request', () => {
  const fields = [
    'reason',
    'email',
    'firstName',
    'country',
    'action',
    'userIds',
    'dryRun',
    'at',
    'method',
    'kind',
    'scopes',
    'name',
    'domains',
    'administrator',
  ];
  const value = oneof(jsonValue(), string({ unit: 'binary' }), integer(), constant(null));
  const asked = record({
    route: constantFrom(...contract.filter(({ path }) => !path.endsWith('/changes'))), // These responses never end.
    ids: dictionary(
      constantFrom('accountId', 'userId', 'role', 'domain'),
      string({ unit: 'binary-ascii', minLength: 1, maxLength: 40 }),
      { noNullPrototype: true },
    ),
    body: option(oneof(value, dictionary(constantFrom(...fields), value, { noNullPrototype: true })), {
      nil: undefined,
    }),
    query: array(
      record({
        name: constantFrom('limit', 'cursor', 'search', 'status', 'at', 'from', 'sort', 'lastLoginBefore', 'account'),
        value: string({ unit: 'binary' }),
      }),
      { maxLength: 3 },
    ),
  });

  it('HTTP-1: is never answered with an internal error', async () => {
    await assert(
      asyncProperty(asked, async ({ route: { method, path }, ids: strange, body, query }) => {
        const given = Object.fromEntries(
          Object.entries(strange).map(([name, text]) => [name, encodeURIComponent(text.replace(/^\.+$/, 'x'))]),
        );
        const search = query.map(({ name, value }) => `${name}=${encodeURIComponent(value.toWellFormed())}`).join('&');
        const reply = await api.send(
          method,
          `${fillPath(path, { ...ids, tokenId: randomUUID(), ...given })}?${search}`,
          method === 'GET' ? undefined : JSON.stringify(body),
        );
        if (reply.status >= 400) expectProblem(reply, reply.status);
        expect(reply.status).toBeLessThan(500);
      }),
      { seed: 20_260_131, numRuns: 400 },
    );
    expectStatus(200, await api.get('/health/ready'));
  });
});
