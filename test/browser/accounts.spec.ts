import type { Page } from 'playwright-core';
import { expectStatus } from '../support/server.js';
import { chromiumPath, type BrowserUser } from './browser.js';
import { NorthwindFixture } from './northwind.js';
import { pageActions } from './page-actions.js';
import { createSteps } from './steps.js';

/** An operator finds accounts and reads about one. */
(chromiumPath ? describe : describe.skip)('in a browser, an operator', () => {
  let northwind: NorthwindFixture;
  let operator: BrowserUser;
  let page: Page;
  const { row, press } = pageActions(() => page);
  const step = createSteps();
  /** The account names of the list, in its order. */
  const listNames = () =>
    page
      .getByRole('row')
      .getByRole('link', { name: /^(?!Enter)/ })
      .allTextContents();

  beforeAll(async () => {
    northwind = await NorthwindFixture.open();
    const open = async (name: string, nth: number) => {
      const administrator = { email: `ann@n${nth}.example`, firstName: 'Ann', lastName: 'Lee', country: 'GB' };
      expectStatus(201, await northwind.test.operator.post('/accounts', { name, domains: [], administrator }));
    };
    // More than a page of the select field, so that it must ask the server.
    for (let nth = 0; nth < 35; nth++) await open(`Branch ${nth}`, nth);
    await open('Żabka Łódź', 99);
    operator = await northwind.logInAsOperator();
    ({ page } = operator);
  }, 180_000);
  afterAll(() => northwind.close());

  step('ACCOUNT-4: finds an account without its accents, and sees how many there are', async () => {
    await page.getByRole('link', { name: 'Accounts' }).click();
    await page.getByRole('status').filter({ hasText: '38 accounts' }).waitFor();
    await page.getByRole('searchbox', { name: 'Search by name or domain' }).fill('zabka lodz');
    await page.getByRole('status').filter({ hasText: '1 account' }).waitFor();
    expect(await listNames()).toEqual(['Żabka Łódź']);
    await page.getByRole('searchbox').fill('northwind.ex');
    await row(/Northwind.*northwind.example.*5/).waitFor();
    expect(await operator.findProblemsInAllViews('accounts-found')).toEqual([]);
    await page.getByRole('searchbox').fill('no such account');
    await page.getByText('No account is found.').waitFor();
    await page.getByRole('searchbox').fill('');
  });

  step('ACCOUNT-4: sorts accounts by users and by name', async () => {
    await press('Users');
    await page.locator('th[aria-sort=ascending]', { hasText: 'Users' }).waitFor();
    await press('Users');
    await page.locator('th[aria-sort=descending]').waitFor();
    await page.waitForFunction(
      () => document.querySelector('tbody tr.mantine-Table-tr a')?.textContent === 'Northwind',
    );
    await press('Name');
    await page.waitForFunction(() => document.querySelector('tbody tr.mantine-Table-tr a')?.textContent === 'Branch 0');
    expect((await listNames()).slice(0, 3)).toEqual(['Branch 0', 'Branch 1', 'Branch 10']);
  });

  step('switches to an account beyond the first page, without its accents', async () => {
    const field = page.getByRole('combobox', { name: 'Account', exact: true });
    await field.fill('zabka');
    await page.getByRole('option', { name: 'Żabka Łódź' }).click();
    await page.getByRole('link', { name: 'Lee, Ann' }).waitFor();
    expect(await field.inputValue()).toBe('Żabka Łódź');
    await page.reload();
    await page.getByRole('link', { name: 'Lee, Ann' }).waitFor();
    await page.waitForFunction(() => document.querySelector<HTMLInputElement>('header input')?.value === 'Żabka Łódź');
    await field.fill('nothing like this');
    await page.getByText('No account is found.').waitFor();
    await page.keyboard.press('Escape');
  });

  step('reads about an account: id, administrators and numbers, which lead to the users', async () => {
    await page.goto(`/accounts/${northwind.accountId}`);
    await row(`Account id ${northwind.accountId}`).waitFor();
    await page.getByRole('button', { name: 'Copy: Account id' }).waitFor();
    await page.getByRole('link', { name: 'Ada Lovelace' }).waitFor();
    expect(await operator.findProblemsInAllViews('account-page')).toEqual([]);
    await page.getByRole('listitem').filter({ hasText: '5' }).getByRole('link', { name: 'Active users' }).click();
    await row(/Leon Roth/).waitFor();
  });

  step('had no errors in the console', () => {
    expect(northwind.listErrors()).toEqual([]);
  });
});
