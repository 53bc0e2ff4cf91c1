import type { Api } from '../support/api.js';
import { expectStatus, issueTokenFor, startTestServer, type TestServer } from '../support/server.js';
import { newDomain, newPerson } from '../support/user-actions.js';

let server: TestServer;
let operator: Api;
/** The id of each account, by its name. */
const ids: Record<string, string> = {};
let administratorOfGmbh: string;

/** Opens an account with one administrator and `more` users. */
async function open(name: string, domain = newDomain(), more = 0): Promise<string> {
  const body = { name, domains: [domain], administrator: newPerson(domain) };
  const { accountId, administratorId } = expectStatus(201, await operator.post('/accounts', body)).body;
  for (let nth = 0; nth < more; nth++)
    expectStatus(201, await operator.post(`/accounts/${accountId}/users`, newPerson(domain)));
  ids[name] = accountId;
  return administratorId;
}

beforeAll(async () => {
  server = await startTestServer();
  ({ operator } = server);
  administratorOfGmbh = await open('Müller & Söhne GmbH', undefined, 2);
  await open('Łódź Budowa', 'budowa.example');
  await open('100% Organic', undefined, 1);
  await open('mueller logistics');
}, 180_000);
afterAll(() => server.close());

const list = async (query: string, api = operator) =>
  expectStatus(200, await api.get(`/accounts?${new URLSearchParams(query).toString()}`)).body;
const namesOf = ({ items }: { items: { name: string }[] }) => items.map(({ name }) => name);

describe('the list of accounts', () => {
  it.each([
    ['muller', ['Müller & Söhne GmbH']],
    ['SOHNE MÜLL', ['Müller & Söhne GmbH']],
    ['lodz', ['Łódź Budowa']],
    ['budowa.ex', ['Łódź Budowa']],
    ['%', ['100% Organic']],
    ['_', []],
    ['lodz organic', []],
  ])('ACCOUNT-4: is searched by words of name and domains: %s', async (search, names) => {
    const page = await list(`search=${encodeURIComponent(search)}`);
    expect([namesOf(page), page.total]).toEqual([names, names.length]);
  });

  it('ACCOUNT-4: finds an account by its id', async () => {
    expect(namesOf(await list(`search=${ids['Łódź Budowa']!.toUpperCase()}`))).toEqual(['Łódź Budowa']);
  });

  it('ACCOUNT-4: tells the number of users of each account, and of accounts', async () => {
    const page = await list('limit=1&sort=-users');
    expect(page).toMatchObject({ total: 4, items: [{ name: 'Müller & Söhne GmbH', users: 3 }] });
  });

  it.each([
    ['name', ['100% Organic', 'Łódź Budowa', 'mueller logistics', 'Müller & Söhne GmbH']],
    ['-name', ['Müller & Söhne GmbH', 'mueller logistics', 'Łódź Budowa', '100% Organic']],
    ['openedAt', ['Müller & Söhne GmbH', 'Łódź Budowa', '100% Organic', 'mueller logistics']],
    ['-openedAt', ['mueller logistics', '100% Organic', 'Łódź Budowa', 'Müller & Söhne GmbH']],
  ])('ACCOUNT-4: is sorted by %s, page by page', async (sort, names) => {
    const found: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await list(`sort=${sort}&limit=1${cursor && `&cursor=${cursor}`}`);
      found.push(...namesOf(page));
      cursor = page.next;
    }
    expect(found).toEqual(names);
  });

  it('ACCOUNT-4: is sorted by users, and accounts with as many have an order of their own', async () => {
    const first = await list('sort=users&limit=2');
    const second = await list(`sort=users&limit=2&cursor=${first.next}`);
    expect([...first.items, ...second.items].map(({ users }) => users)).toEqual([1, 1, 2, 3]);
    expect(new Set([...namesOf(first), ...namesOf(second)]).size).toBe(4);
  });

  it('ACCOUNT-4: has cursors that are good for their order only and disclose no name', async () => {
    const { next } = await list('sort=name&limit=1');
    expect(Buffer.from(next, 'base64url').toString()).not.toContain('organic');
    for (const cursor of [next, 'WyJ4Il0'])
      expect(await operator.get(`/accounts?sort=-name&cursor=${cursor}`)).toMatchObject({
        status: 400,
        body: { code: 'cursor.invalid' },
      });
    expect((await operator.get('/accounts?sort=revenue')).body.code).toBe('request.invalid');
  });

  it('ACCOUNT-4: has only their own account for members', async () => {
    const member = operator.as(await issueTokenFor(operator, administratorOfGmbh));
    expect(await list('sort=name', member)).toMatchObject({ total: 1, items: [{ users: 3 }] });
    expect(await list('search=lodz', member)).toMatchObject({ total: 0, items: [] });
  });
});
