import {
  expectStatus,
  openTestAccount,
  startTestServer,
  type TestAccount,
  type TestServer,
} from '../support/server.js';
import { createServiceApi, newPerson, userActions } from '../support/user-actions.js';

interface Item {
  firstName: string;
  effectiveStatus: string;
}

let server: TestServer;
let account: TestAccount;
let users: ReturnType<typeof userActions>;

/** Grace administers; of two Browns and two Adams, one each is locked; Dora waits for approval, Dan was deleted while locked. */
beforeAll(async () => {
  server = await startTestServer();
  account = await openTestAccount(server);
  users = userActions(account);
  const service = await createServiceApi(server);
  const add = (firstName: string, lastName: string) => account.addUser({ firstName, lastName, country: 'PL' });
  await add('Zoe', 'Brown');
  const ben = await add('Ben', 'Brown');
  await add('Ina', 'Adams');
  const amy = await add('Amy', 'Adams');
  const dan = await add('Dan', 'Adams');
  expectStatus(201, await service.post('/registrations', newPerson(account.domain, { firstName: 'Dora' })));
  for (const id of [amy, ben, dan]) await users.mustAct(id, 'lock');
  await users.mustAct(dan, 'delete');
});
afterAll(() => server.close());

const list = async (query: string) =>
  expectStatus(200, await account.administrator.get(account.path(`/users?${query}`))).body;
const found = async (query: string) => (await list(query)).items.map(({ firstName }: Item) => firstName);

const all = 'status=pending&status=active&status=deleted';

describe('the effective status', () => {
  it('LIST-1: is locked for a member with a lock, otherwise the status', async () => {
    const { items } = await list(all);
    expect(Object.fromEntries(items.map((item: Item) => [item.firstName, item.effectiveStatus]))).toEqual({
      Grace: 'active',
      Zoe: 'active',
      Ben: 'locked',
      Ina: 'active',
      Amy: 'locked',
      Dan: 'deleted',
      Dora: 'pending',
    });
  });

  it.each<[string, string[]]>([
    ['locked', ['Amy', 'Ben']],
    ['active', ['Ina', 'Zoe', 'Grace']],
    ['deleted', ['Dan']],
    ['pending', ['Dora']],
    ['rejected', []],
    ['active&effectiveStatus=locked', ['Amy', 'Ina', 'Ben', 'Zoe', 'Grace']],
    ['deleted&effectiveStatus=locked', ['Amy', 'Dan', 'Ben']],
    ['locked&effectiveStatus=locked&search=ben', ['Ben']],
  ])('LIST-2: filters by %s', async (statuses, names) => {
    expect((await found(`effectiveStatus=${statuses}`)).toSorted()).toEqual(names.toSorted());
    const { text } = expectStatus(
      200,
      await account.administrator.get(account.path(`/users.csv?effectiveStatus=${statuses}`)),
    );
    expect(text.match(/(?<=^"[^"]*@[^"]*",")[^"]+/gm) ?? []).toEqual(await found(`effectiveStatus=${statuses}`));
  });

  it('LIST-2: of all members finds the same as no filter', async () => {
    const members = ['pending', 'invited', 'active', 'locked'].map((status) => `effectiveStatus=${status}`).join('&');
    expect(await list(members)).toEqual(await list(''));
  });

  it.each(['status=active', 'locked=true', 'locked=false'])('LIST-2: is refused together with %s', async (other) => {
    for (const path of ['/users', '/users.csv']) {
      const query = `${path}?effectiveStatus=active&${other}`;
      const { body } = expectStatus(400, await account.administrator.get(account.path(query)));
      expect(body).toMatchObject({ code: 'request.invalid', errors: [{ field: 'effectiveStatus' }] });
    }
  });
});

/** All pages, one after the other. */
async function walk(query: string, limit: number): Promise<string[]> {
  const names: string[] = [];
  for (let cursor = ''; cursor !== null;) {
    const { items, next } = await list(`${query}&limit=${limit}${cursor && `&cursor=${cursor}`}`);
    names.push(...items.map(({ firstName }: Item) => firstName));
    cursor = next;
  }
  return names;
}

describe('the order of the list', () => {
  it.each<[string, string[]]>([
    ['lastName', ['Amy', 'Dan', 'Ina', 'Ben', 'Zoe']],
    ['country', ['Amy', 'Dan', 'Ina', 'Ben', 'Zoe']],
    ['lastLoginAt', ['Amy', 'Dan', 'Ina', 'Ben', 'Zoe']],
    ['firstName', ['Amy', 'Ben', 'Dan', 'Ina', 'Zoe']],
    ['status', ['Ina', 'Zoe', 'Dan', 'Amy', 'Ben']],
  ])('LIST-3, LIST-4: by %s has last name, first name and id as second key, page by page too', async (key, names) => {
    const query = `${all}&country=PL&sort=`;
    expect(await found(query + key)).toEqual(names);
    expect(await found(`${query}-${key}`)).toEqual(names.toReversed());
    for (const sort of [key, `-${key}`])
      for (const limit of [1, 2, 3, 4]) expect(await walk(query + sort, limit)).toEqual(await found(query + sort));
  });

  it('LIST-3: by status has locked users between the deleted and the pending ones', async () => {
    expect(await found(`${all}&sort=status`)).toEqual(['Ina', 'Zoe', 'Grace', 'Dan', 'Amy', 'Ben', 'Dora']);
  });
});

describe('the total', () => {
  it.each<[string, number]>([
    ['', 6],
    ['status=active', 5],
    ['status=pending', 1],
    [all, 7],
    ['effectiveStatus=active', 3],
    ['effectiveStatus=active&effectiveStatus=locked', 5],
    ['search=brown', 2],
    ['search=nobody', 0],
  ])('LIST-11: of %s is in the first page only', async (query, total) => {
    for (const limit of [1, 200]) {
      const first = await list(`${query}&limit=${limit}`);
      expect(first.total).toBe(total);
      if (first.next) expect(await list(`${query}&limit=1&cursor=${first.next}`)).not.toHaveProperty('total');
    }
  });

  it('LIST-11: says how many wait for approval', async () => {
    const { body } = expectStatus(200, await account.administrator.get(account.path('/pending-approvals')));
    expect(body).toMatchObject({ items: [{ firstName: 'Dora' }], total: 1 });
  });
});
