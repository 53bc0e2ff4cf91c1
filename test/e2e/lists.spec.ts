import {
  expectStatus,
  openTestAccount,
  startTestServer,
  type TestAccount,
  type TestServer,
} from '../support/server.js';
import { newPerson, createServiceApi, userActions } from '../support/user-actions.js';

interface Item {
  userId: string;
  firstName: string;
  lastName: string;
  lastLoginAt: string | null;
  status: string;
  addedAt: string;
}

let server: TestServer;
let account: TestAccount;
let users: ReturnType<typeof userActions>;
const ids: Record<string, string> = {};
let loggedInAt: { dan: string; asa: string };

/** Grace is the administrator, Åsa and dan have logged in, bo waits for approval, Çelik is locked, dan is an auditor. */
beforeAll(async () => {
  server = await startTestServer();
  account = await openTestAccount(server);
  users = userActions(account);
  const service = await createServiceApi(server);
  const { domain } = account;
  ids['Grace'] = account.administratorId;
  ids['Åsa'] = await account.addUser({ firstName: 'Åsa', lastName: 'Zorn', country: 'SE', email: `c@${domain}` });
  ids['bo'] = expectStatus(
    201,
    await service.post('/registrations', { firstName: 'bo', lastName: 'Ärlig', country: 'DK', email: `A.B@${domain}` }),
  ).body.userId;
  ids['Çelik'] = await account.addUser({
    firstName: 'Çelik',
    lastName: 'brown',
    country: 'AT',
    email: `b@${domain}`,
    entitlementCountry: 'DE',
  });
  ids['dan'] = await account.addUser({ firstName: 'dan', lastName: "O'Neil", country: 'GB', email: `d@${domain}` });
  const now = server.clock.now().getTime();
  loggedInAt = { dan: new Date(now + 60_000).toISOString(), asa: new Date(now + 120_000).toISOString() };
  expectStatus(201, await service.post(`/users/${ids['Åsa']}/logins`, { at: loggedInAt.asa, method: 'password' }));
  expectStatus(201, await service.post(`/users/${ids['dan']}/logins`, { at: loggedInAt.dan, method: 'oidc' }));
  await users.mustAct(ids['Çelik'], 'lock', { reason: 'on leave' });
  expectStatus(200, await account.administrator.put(users.userPath(ids['dan'], '/roles/auditor')));
});
afterAll(() => server.close());

const getList = (query: string, of = account) => of.administrator.get(of.path(`/users?${query}`));
const firstNames = (items: Item[]) => items.map(({ firstName }) => firstName);
const findFirstNames = async (query: string) => firstNames(expectStatus(200, await getList(query)).body.items);

/** Reads all pages and calls `between` after each of them; returns all items. */
async function readAllPages(
  query: string,
  between: () => Promise<unknown> = async () => {},
  of = account,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor = '';
  do {
    const { body } = expectStatus(200, await getList(`${query}${cursor && `&cursor=${cursor}`}`, of));
    items.push(...body.items);
    cursor = body.next;
    if (cursor) await between();
  } while (cursor);
  return items;
}

describe('the user list', () => {
  const sorted: [string, string[]][] = [
    ['lastName', ['bo', 'Çelik', 'Grace', 'dan', 'Åsa']],
    ['firstName', ['Åsa', 'bo', 'Çelik', 'dan', 'Grace']],
    ['email', ['bo', 'Çelik', 'Åsa', 'dan', 'Grace']],
    ['country', ['Çelik', 'bo', 'dan', 'Åsa', 'Grace']],
    ['addedAt', ['Grace', 'Åsa', 'bo', 'Çelik', 'dan']],
  ];

  it.each(sorted)('LIST-3: sorts by %s, ascending and descending, ignoring case and accents', async (key, order) => {
    expect(await findFirstNames(`sort=${key}`)).toEqual(order);
    expect(await findFirstNames(`sort=-${key}`)).toEqual(order.toReversed());
  });

  it('LIST-3: sorts by last name by default', async () => {
    expect(await findFirstNames('')).toEqual(sorted[0]![1]);
  });

  it('LIST-3: sorts by status, ascending and descending', async () => {
    expect(await findFirstNames('sort=-status&limit=1')).toEqual(['bo']);
    expect((await findFirstNames('sort=status')).at(-1)).toBe('bo');
  });

  it('LIST-3: sorts by last login, ascending and descending, with users who never logged in at the end', async () => {
    const never = ['bo', 'Çelik', 'Grace'].toSorted();
    for (const [sort, first] of [
      ['lastLoginAt', ['dan', 'Åsa']],
      ['-lastLoginAt', ['Åsa', 'dan']],
    ] as const) {
      const names = await findFirstNames(`sort=${sort}`);
      expect([names.slice(0, 2), names.slice(2).toSorted()]).toEqual([first, never]);
    }
  });

  it.each(['lastName', 'firstName', 'email', 'country', 'status', 'addedAt', 'lastLoginAt'])(
    'LIST-4: has the same order in pages as in one list when sorted by %s, ascending and descending',
    async (key) => {
      for (const sort of [key, `-${key}`]) {
        for (const limit of [1, 2, 4, 5])
          expect(await readAllPages(`sort=${sort}&limit=${limit}`)).toEqual((await getList(`sort=${sort}`)).body.items);
      }
    },
  );

  it.each<[string, () => string, string[]]>([
    ['status', () => 'status=pending', ['bo']],
    ['several statuses', () => 'status=pending&status=active&sort=addedAt', ['Grace', 'Åsa', 'bo', 'Çelik', 'dan']],
    ['a status that no user has', () => 'status=deleted&status=rejected', []],
    ['locked', () => 'locked=true', ['Çelik']],
    ['not locked', () => 'locked=false', ['bo', 'Grace', 'dan', 'Åsa']],
    ['the cause of a lock', () => 'lockCause=administrator', ['Çelik']],
    ['another cause of a lock', () => 'lockCause=dormant', []],
    ['role', () => 'role=auditor', ['dan']],
    ['country', () => 'country=SE', ['Åsa']],
    ['address, in any case', () => `email=a.b@${account.domain.toUpperCase()}`, ['bo']],
    [
      'last login, one who never logged in included',
      () => `lastLoginBefore=${loggedInAt.asa}`,
      ['bo', 'Çelik', 'Grace', 'dan'],
    ],
    [
      'last login, a time with another zone',
      () => `lastLoginBefore=${encodeURIComponent(loggedInAt.dan.replace('Z', '+00:00'))}`,
      ['bo', 'Çelik', 'Grace'],
    ],
    ['several filters at once', () => `locked=false&status=active&lastLoginBefore=${loggedInAt.asa}`, ['Grace', 'dan']],
  ])('LIST-2: filters by %s', async (_, query, names) => {
    expect(await findFirstNames(query())).toEqual(names);
  });

  it.each<[string, string[]]>([
    ['asa', ['Åsa']],
    ['ÅSA', ['Åsa']],
    ['zorn', ['Åsa']],
    ['arl', ['bo']],
    ['celik BRO', ['Çelik']],
    ["o'n", ['dan']],
    ['a.b@', ['bo']],
    ['account-', ['bo', 'Çelik', 'Grace', 'dan', 'Åsa']],
    ['brown celik', ['Çelik']],
    ['Ar', ['bo']],
    ['zo', ['Åsa']],
    ['%%%', []],
    ['___', []],
    ['nobody', []],
  ])('SEARCH-1: can be searched in names and addresses for %s, ignoring case and accents', async (search, names) => {
    expect(await findFirstNames(`search=${encodeURIComponent(search)}`)).toEqual(names);
  });

  it('SEARCH-3: names the words of a search that were only compared with the beginnings of words', async () => {
    expect((await getList('search=ar')).body).toMatchObject({ items: [{ firstName: 'bo' }], beginningsOnly: ['ar'] });
    expect((await getList('search=Celik B.')).body).toMatchObject({
      items: [{ firstName: 'Çelik' }],
      beginningsOnly: ['b'],
    });
    expect((await getList('search=celik')).body).not.toHaveProperty('beginningsOnly');
  });

  it('SEARCH-3, LIST-2: refuses a search without a word that is long enough, and unknown or invalid parameters', async () => {
    const bad = [
      'search=a',
      'search=a%20b%20c',
      'search=.',
      'search=%CC%81%CC%81%CC%81',
      'search=%E2%80%8B%E2%80%8B%E2%80%8B',
      'status=gone',
      'locked=maybe',
      'lockCause=mood',
      'role=king',
      'country=se',
      'sort=age',
      'sort=--email',
      'limit=0',
      'limit=201',
      'limit=x',
      'lastLoginBefore=yesterday',
      'colour=red',
    ];
    for (const query of bad) {
      const { status, body } = await getList(query);
      expect([query, status, body.errors?.[0]?.field]).toEqual([query, 400, query.split('=')[0]]);
    }
  });

  it('LIST-4: continues after the last row of a page even if that row was changed or removed', async () => {
    const of = await openTestAccount(server);
    const [ben, cleo] = [await of.addUser({ firstName: 'Ben' }), await of.addUser({ firstName: 'Cleo' })];
    for (const firstName of ['Dora', 'Emil', 'Fay']) await of.addUser({ firstName });
    const query = 'sort=firstName&search=account-&limit=';
    const first = (await getList(`${query}1`, of)).body;
    expect(firstNames(first.items)).toEqual(['Ben']);
    expectStatus(200, await of.administrator.patch(userActions(of).userPath(ben), { firstName: 'Zoe' }));
    const second = (await getList(`${query}1&cursor=${first.next}`, of)).body;
    expect(firstNames(second.items)).toEqual(['Cleo']);
    await userActions(of).mustAct(cleo, 'delete');
    expect(firstNames((await getList(`${query}2&cursor=${second.next}`, of)).body.items)).toEqual(['Dora', 'Emil']);
  });

  it('LIST-4: refuses a cursor that it did not make', async () => {
    const stranger = await openTestAccount(server);
    const { next } = (await getList('limit=1')).body;
    const forged = Buffer.from(JSON.stringify(['a', stranger.administratorId])).toString('base64url');
    await stranger.addUser();
    const theirs = (await getList('limit=1', stranger)).body.next as string;
    for (const query of [
      'cursor=x',
      'cursor=',
      `cursor=${forged}`,
      `cursor=${theirs}`,
      `sort=email&cursor=${next}`,
      `sort=-lastName&cursor=${next}`,
    ]) {
      const { status, body } = await getList(query);
      expect([query, status, body.code]).toEqual([query, 400, 'cursor.invalid']);
    }
  });

  it('LIST-1: shows each user with all fields', async () => {
    const { items } = (await getList('search=brown')).body;
    expect(items).toEqual([
      {
        userId: ids['Çelik'],
        email: `b@${account.domain}`,
        firstName: 'Çelik',
        lastName: 'brown',
        country: 'AT',
        language: null,
        entitlementCountry: 'DE',
        status: 'active',
        effectiveStatus: 'locked',
        locks: [
          {
            cause: 'administrator',
            reason: 'on leave',
            by: { id: account.administratorId, kind: 'user' },
            at: expect.any(String),
            until: null,
            disableModeUntil: null,
          },
        ],
        roles: [],
        addedAt: expect.any(String),
        lastLoginAt: null,
        revision: 1,
      },
    ]);
  });
});

describe('the summary', () => {
  it('LIST-6: counts the users of each status and the locked ones', async () => {
    const { body } = expectStatus(200, await account.administrator.get(account.path('/summary')));
    expect(body).toEqual({ active: 4, invited: 0, pending: 1, locked: 1, neverLoggedIn: 2, restorable: 0 });
  });
});

describe('the pending approvals', () => {
  it('LIST-5: list the pending users with their domain and since when they wait, longest first', async () => {
    const of = await openTestAccount(server);
    const service = await createServiceApi(server);
    const register = async (firstName: string) =>
      expectStatus(201, await service.post('/registrations', newPerson(of.domain, { firstName }))).body
        .userId as string;
    const [first, second, third] = [await register('Zoe'), await register('Adam'), await register('Mia')];
    await userActions(of).mustAct(second, 'approve');
    const getPending = (query = '') => of.administrator.get(of.path(`/pending-approvals${query}`));
    const { items, next } = expectStatus(200, await getPending()).body;
    expect(items).toMatchObject([
      { userId: first, firstName: 'Zoe', domain: of.domain, since: expect.any(String), revision: 1 },
      { userId: third, domain: of.domain },
    ]);
    expect(next).toBeNull();
    const page = (await getPending('?limit=1')).body;
    expect((await getPending(`?limit=1&cursor=${page.next}`)).body).toEqual({ items: [items[1]], next: null });
  });
});

/** Returns the cells of a CSV file, row by row. Every cell must be quoted, otherwise it throws. */
function parseCells(csv: string): string[][] {
  return csv.match(/(?:"(?:[^"]|"")*"[,\r])+\n|[^]/g)!.map((row) =>
    row
      .slice(1, -3)
      .split('","')
      .map((cell) => cell.replaceAll('""', '"')),
  );
}

describe('the export', () => {
  const header = [
    'Email',
    'FirstName',
    'LastName',
    'Country',
    'EntitlementCountry',
    'Status',
    'Locked',
    'LockReason',
    'DisableModeUntil',
    'Roles',
    'Groups',
    'AddedAt',
    'LastLoginAt',
    'UserId',
  ];
  /** Exports the users; returns the rows without the header. */
  const exportRows = async (query = '', of = account) => {
    const reply = expectStatus(200, await of.administrator.get(of.path(`/users.csv${query}`)));
    expect(reply.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    expect(reply.headers.get('cache-control')).toBe('no-store');
    const [first, ...rows] = parseCells(reply.text);
    expect(first).toEqual(header);
    return rows;
  };

  it('EXPORT-1: is CSV in UTF-8 with a BOM, as Excel needs it, with the header names of the import', async () => {
    const { bytes, headers, text } = expectStatus(200, await account.administrator.get(account.path('/users.csv')));
    expect(headers.get('content-disposition')).toBe('attachment; filename="users.csv"');
    expect(bytes.toString('utf8')).toBe(`\uFEFF${text}`);
    expect(parseCells(text)[0]).toEqual(header);
  });

  it('EXPORT-1, EXPORT-2: contains the users that match the same filters in the list', async () => {
    const rows = await exportRows();
    const { items } = (await getList('')).body;
    expect(rows.map((row) => row.at(-1))).toEqual(items.map(({ userId }: Item) => userId));
    const locked = (await users.listUsers('?locked=true'))[0];
    expect(await exportRows('?locked=true')).toEqual([
      [
        `b@${account.domain}`,
        'Çelik',
        'brown',
        'AT',
        'DE',
        'active',
        'true',
        'on leave',
        '',
        '',
        '',
        locked.addedAt,
        '',
        ids['Çelik'],
      ],
    ]);
    const [auditor, ...more] = await exportRows('?role=auditor&search=neil');
    expect(auditor!.slice(5)).toEqual([
      'active',
      'false',
      '',
      '',
      'auditor',
      '',
      expect.any(String),
      loggedInAt.dan,
      ids['dan'],
    ]);
    expect(more).toEqual([]);
    expect((await exportRows('?search=zo')).map(([, firstName]) => firstName)).toEqual(['Åsa']);
    expect(await exportRows('?status=deleted')).toEqual([]);
    for (const query of ['?search=a', '?sort=email', '?limit=1', '?status=x'])
      expect((await account.administrator.get(account.path(`/users.csv${query}`))).status).toBe(400);
  });

  it('EXPORT-3: quotes every cell, and puts an apostrophe before text that a spreadsheet would run as a formula', async () => {
    const of = await openTestAccount(server);
    for (const firstName of ['=1+1', '+1', '-1', '@sum', "'=1", 'a=b', 'a;=1+1'])
      await of.addUser({ firstName, lastName: 'Doe, "John"' });
    const [one] = (await userActions(of).listUsers('?search=%3D1%2B1%20doe')) as Item[];
    await userActions(of).mustAct(one!.userId, 'lock', { reason: '=HYPERLINK("evil")' });
    const rows = await exportRows('?search=doe', of);
    expect(rows.map(([, firstName]) => firstName!).toSorted()).toEqual([
      "''=1",
      "'+1",
      "'-1",
      "'=1+1",
      "'@sum",
      'a;=1+1',
      'a=b',
    ]);
    expect(rows.every(([, , lastName]) => lastName === 'Doe, "John"')).toBe(true);
    expect(rows.filter((row) => row[7] === `'=HYPERLINK("evil")`)).toHaveLength(1);
  });
});

describe('an account of more than 200 users', () => {
  let many: TestAccount;
  beforeAll(async () => {
    many = await openTestAccount(server);
    for (let batch = 0; batch < 9; batch++)
      await Promise.all(
        Array.from({ length: 25 }, (_, index) => many.addUser({ lastName: `Name ${(index * 9 + batch) % 50}` })),
      );
    // The reads of the account's administrator wait for this write of theirs.
    await userActions(many).mustAct(await many.addUser({ lastName: 'Last' }), 'lock');
  });

  it('LIST-4: can be read page by page while users are added, without repeating or missing a user', async () => {
    const before = await readAllPages('limit=200', undefined, many);
    expect(before.length).toBe(227);
    const seen = await readAllPages(
      'limit=40',
      () => Promise.all([many.addUser({ lastName: 'Aaa' }), many.addUser({ lastName: 'Zzz' })]),
      many,
    );
    const seenIds = seen.map(({ userId }) => userId);
    expect(new Set(seenIds).size).toBe(seenIds.length);
    expect(before.filter(({ userId }) => !seenIds.includes(userId))).toEqual([]);
  });

  it('EXPORT-1, EXPORT-5: is exported completely, in the order of the list', async () => {
    const { text } = expectStatus(200, await many.administrator.get(many.path('/users.csv')));
    const rows = parseCells(text)
      .slice(1)
      .map((row) => row.at(-1));
    expect(rows).toEqual((await readAllPages('limit=200', undefined, many)).map(({ userId }) => userId));
    expect(rows.length).toBeGreaterThan(200);
  });
});
