import type { Locator, Page } from 'playwright-core';
import { expectStatus } from '../support/server.js';
import { chromiumPath, type BrowserUser } from './browser.js';
import { NorthwindFixture } from './northwind.js';
import { pageActions } from './page-actions.js';
import { createSteps } from './steps.js';

/** The list of users and the pending approvals. */
(chromiumPath ? describe : describe.skip)('in a browser, the list of users', () => {
  const step = createSteps();
  let northwind: NorthwindFixture;
  let ada: BrowserUser;
  let page: Page;
  let users: string;
  const { row, press } = pageActions(() => page);
  const search = () => page.getByRole('searchbox', { name: 'Search by name or e-mail' });
  const table = () => page.getByRole('table', { name: 'Users' });
  const scroller = (): Locator => table().locator('..');
  const waitForCount = (text: string) => page.getByRole('status').getByText(text, { exact: true }).waitFor();
  const listNames = () => table().getByRole('link').allTextContents();
  const listChecked = () =>
    page
      .getByRole('checkbox', { name: /^Select .* / })
      .and(page.locator(':checked'))
      .count();

  beforeAll(async () => {
    northwind = await NorthwindFixture.open();
    users = `/accounts/${northwind.accountId}/users`;
    const { operator } = northwind.test;
    for (const [firstName, lastName] of [
      ['Zoe', 'Hopper'],
      ['Grace', 'Hopper'],
    ]) {
      const person = { email: `${firstName}.h@northwind.example`, firstName, lastName, country: 'GB' };
      expectStatus(201, await operator.post(users, person));
    }
    expectStatus(200, await operator.post(`${users}/${northwind.leoId}/lock`, { reason: 'Laptop lost' }));
    ada = await northwind.logInByMail('ada@northwind.example');
    ({ page } = ada);
  }, 180_000);
  afterAll(() => northwind.close());

  step(
    'LIST-3: shows the last name first, sorts by it and then by the first name, and says how many there are',
    async () => {
      await waitForCount('7 users');
      expect(await listNames()).toEqual([
        'García, Carla',
        'Hopper, Grace',
        'Hopper, Zoe',
        'Lovelace, Ada',
        'Meyer, Ben',
        'Plain, Dora',
        'Roth, Leon',
      ]);
    },
  );

  step('LIST-1: shows a locked user as locked with the reason, and filters by a click on the status', async () => {
    await row('Leon Roth')
      .getByRole('img', { name: /^Locked\. Locked by an administrator.*Laptop lost/ })
      .waitFor();
    expect(await row('Leon Roth').getByText('Active', { exact: true }).count()).toBe(0);
    await row('Leon Roth').getByText('Laptop lost', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Locked 1', pressed: false }).click();
    await waitForCount('1 of 7 users');
    expect(await listNames()).toEqual(['Roth, Leon']);
    expect(await ada.findProblemsInAllViews('users-locked')).toEqual([]);
    await page.getByRole('button', { name: 'Locked 1', pressed: true }).click();
    await waitForCount('7 users');
  });

  step('LIST-2: still understands addresses with the former filters', async () => {
    for (const [former, names] of [
      ['locked=true', ['Roth, Leon']],
      [
        'locked=false&sort=-lastName',
        ['Plain, Dora', 'Meyer, Ben', 'Lovelace, Ada', 'Hopper, Zoe', 'Hopper, Grace', 'García, Carla'],
      ],
      [`status=${encodeURIComponent('["active"]')}&role=auditor`, ['García, Carla']],
    ] as const) {
      await page.goto(`${users}?${former}`);
      await waitForCount(`${names.length} of 7 users`);
      expect(await listNames()).toEqual(names);
      expect(page.url()).not.toContain('?status');
    }
  });

  step('UI-5: says which statuses a search without a result covered, and searches former users, too', async () => {
    const { operator } = northwind.test;
    const { items } = expectStatus(200, await operator.get(`${users}?search=zoe`)).body;
    expectStatus(200, await operator.post(`${users}/${items[0].userId}/delete`, { reason: 'Left' }));
    await page.goto(users);
    await search().fill('zoe');
    await page.getByText('No user matches “zoe”.').waitFor();
    await page
      .getByText(/^Only users with these statuses were searched: Active, Locked, Pending,? and Invited\./)
      .waitFor();
    expect(await ada.findProblemsInAllViews('users-none')).toEqual([]);
    await press('Search deleted and former users too');
    await row('Zoe Hopper').getByText('Deleted').waitFor();
    await press('Remove all filters');
    await press('Clear the search');
    await waitForCount('6 users');
  });

  step('UI-4: keeps only those selected who are still shown', async () => {
    for (const name of ['Ada Lovelace', 'Ben Meyer']) await row(name).getByRole('checkbox').check();
    await page.getByRole('region', { name: '2 users selected' }).waitFor();
    await search().fill('meyer');
    await page.getByRole('region', { name: '1 user selected' }).waitFor();
    await search().fill('');
    await waitForCount('6 users');
    expect(await listChecked()).toBe(1);
    await press('Clear the selection');
  });

  step('UI-3: Back brings back search and selection, through several users, and so does a reload', async () => {
    await search().fill('northwind');
    await waitForCount('6 users');
    await row('Ben Meyer').getByRole('checkbox').check();
    for (const [link, title] of [
      ['Plain, Dora', 'Dora Plain'],
      ['Meyer, Ben', 'Ben Meyer'],
    ] as const) {
      await page.getByRole('link', { name: link }).click();
      await page.getByRole('heading', { name: title, level: 1 }).waitFor();
      await page.goBack();
      await row('Ada Lovelace').waitFor();
      expect([await search().inputValue(), await listChecked()]).toEqual(['northwind', 1]);
    }
    await page.goForward();
    await page.getByRole('heading', { name: 'Ben Meyer', level: 1 }).waitFor();
    await page.goBack();
    await page.reload();
    await row('Ada Lovelace').waitFor();
    expect([await search().inputValue(), await listChecked()]).toEqual(['northwind', 1]);
    expect(page.url()).not.toContain('northwind.');
    expect(new URL(page.url()).search).toBe('');
    await press('Clear the selection');
    await search().fill('');
  });

  step('UI-3: Back and a reload bring back the place in a long list', async () => {
    const { operator } = northwind.test;
    const add = (n: number) =>
      operator.post(users, {
        email: `many${n}@northwind.example`,
        firstName: 'Many',
        lastName: `N${String(n).padStart(3, '0')}`,
        country: 'PL',
      });
    for (let from = 0; from < 130; from += 10)
      for (const added of await Promise.all(Array.from({ length: 10 }, (_, n) => add(from + n))))
        expectStatus(201, added);
    await page.goto(`${users}?country=PL`);
    await waitForCount('130 of 136 users');
    await scroller().evaluate((element) => element.scrollTo(0, 90 * 56));
    await page.getByRole('link', { name: 'N095, Many' }).click();
    await page.getByRole('heading', { name: 'Many N095' }).waitFor();
    await page.goBack();
    await page.getByRole('link', { name: 'N095, Many' }).waitFor();
    expect(await scroller().evaluate((element) => element.scrollTop)).toBe(90 * 56);
    await scroller().evaluate((element) => element.scrollTo(0, 115 * 56));
    await page.getByRole('link', { name: 'N117, Many' }).waitFor();
    await page.waitForFunction(() => (history.state as { userList: { offset: number } }).userList.offset === 115 * 56);
    await page.reload();
    await page.getByRole('link', { name: 'N117, Many' }).waitFor();
    expect(await scroller().evaluate((element) => element.scrollTop)).toBe(115 * 56);
    await page.getByRole('button', { name: 'Last login' }).click();
    await page.waitForFunction(() => (history.state as { userList: { offset: number } }).userList.offset === 0);
  });

  step('UI-4: shows skeletons, then dims the old rows, and says when a request is slow', async () => {
    const held: (() => void)[] = [];
    await page.route('**/users?*', async (route) => {
      await new Promise<void>((resolve) => held.push(resolve));
      await route.continue();
    });
    const release = async () => {
      for (const go of held.splice(0)) go();
      await page.unrouteAll({ behavior: 'wait' });
    };
    await page.goto(users);
    expect(await table().getAttribute('aria-busy')).toBe('true');
    await page.getByText('The server takes longer than usual.').waitFor();
    expect(await ada.findProblemsInAllViews('users-skeleton')).toEqual([]);
    await release();
    await row('Ada Lovelace').waitFor();
    expect(await table().getAttribute('aria-busy')).toBe('false');
    expect(await page.getByText('The server takes longer than usual.').count()).toBe(0);
  });

  step('UI-4: rows of the request before cannot be selected', async () => {
    let answer = () => {};
    const answered = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/users?*', async (route) => {
      await answered;
      await route.continue();
    });
    await search().fill('meyer');
    await page.locator('tbody[inert]').waitFor();
    expect(await page.getByRole('checkbox').and(page.locator(':disabled')).count()).toBe(1);
    expect(await table().getAttribute('aria-busy')).toBe('true');
    answer();
    await waitForCount('1 of 136 users');
    expect(await page.locator('tbody[inert]').count()).toBe(0);
    await page.unroute('**/users?*');
    await search().fill('');
  });

  step('says in the menu of a row why an action is refused', async () => {
    await press('More about Ada Lovelace');
    const lock = page.getByRole('menuitem', { name: /^Lock/ });
    await lock.getByText('Nobody locks, deletes or demotes themselves.').waitFor();
    expect(await lock.getAttribute('aria-disabled')).toBe('true');
    expect(await ada.findProblemsInAllViews('row-menu-refused')).toEqual([]);
    await page.keyboard.press('Escape');
  });

  step('LIST-11: says how many wait for approval, and how long', async () => {
    const person = { email: 'paul@northwind.example', firstName: 'Paul', lastName: 'Late', country: 'PL' };
    expectStatus(201, await northwind.test.operator.post('/registrations', person));
    await page.getByRole('link', { name: /Pending approvals/ }).click();
    await waitForCount('1 user waits for approval');
    await row('Late, Paul')
      .getByText(/^\d+ minutes?/)
      .waitFor();
    expect(await ada.findProblemsInAllViews('approvals-waiting')).toEqual([]);
  });

  step('tells the administrator of an empty account what to do first', async () => {
    const operator = await northwind.logInAsOperator();
    ({ page } = operator);
    const { items } = expectStatus(200, await northwind.test.operator.get('/accounts')).body;
    const { accountId } = (items as { accountId: string; name: string }[]).find(({ name }) => name === 'Contoso')!;
    await page.goto(`/accounts/${accountId}/users`);
    const steps = page.getByRole('region', { name: 'First steps' });
    await steps.getByRole('link', { name: 'Check the domains' }).waitFor();
    expect(await operator.findProblemsInAllViews('first-steps')).toEqual([]);
    const person = { email: 'new@contoso.example', firstName: 'Nora', lastName: 'New', country: 'GB' };
    expectStatus(201, await northwind.test.operator.post(`/accounts/${accountId}/users`, person));
    await row('Nora New').waitFor();
    await steps.waitFor({ state: 'detached' });
    expect(northwind.listErrors()).toEqual([]);
  });
});
