import type { Page } from 'playwright-core';
import { expectStatus } from '../support/server.js';
import { chromiumPath } from './browser.js';
import { CountingUser, type Effort } from './click-counter.js';
import { NorthwindFixture, password } from './northwind.js';
import { pageActions } from './page-actions.js';
import { createSteps } from './steps.js';

/** Tasks of the manual, with the clicks and filled fields that each needs. */
(chromiumPath ? describe : describe.skip)('in a browser, the effort', () => {
  let northwind: NorthwindFixture;
  let page: Page;
  let user: CountingUser;
  const { dialog, row } = pageActions(() => page);
  const step = createSteps();
  const select = (name: string) => user.clickOn(row(name).getByRole('checkbox'));
  const fillIn = (name: string, text: string) => user.fill(dialog().getByRole('textbox', { name, exact: true }), text);
  const openUsers = async () => {
    await page.goto(`/accounts/${northwind.accountId}/users`);
    await row('Lovelace, Ada').waitFor();
  };
  /** Walks through a task and compares its effort. */
  const task = (name: string, effort: Effort, walk: () => Promise<void>) =>
    step(`${name}: ${effort.clicks} clicks and ${effort.fields} fields`, async () => {
      user = new CountingUser(page);
      await walk();
      expect(user.effort).toEqual(effort);
    });

  beforeAll(async () => {
    northwind = await NorthwindFixture.open();
    const { operator } = northwind.test;
    const add = (path: string, firstName: string, lastName: string) =>
      operator.post(path, { email: `${firstName}@northwind.example`, firstName, lastName, country: 'PL' });
    for (const name of ['Eve', 'Frank']) expectStatus(201, await add('/registrations', name, 'Stranger'));
    for (const name of ['Gina', 'Hugo'])
      expectStatus(201, await add(`/accounts/${northwind.accountId}/users`, name, 'Gone'));
    ({ page } = await northwind.logInByMail('ada@northwind.example'));
  }, 180_000);
  afterAll(() => northwind.close());

  task('opens the list of users', { clicks: 1, fields: 2 }, async () => {
    await page.context().clearCookies();
    await page.goto('/');
    await user.fill(page.getByRole('textbox', { name: 'E-mail', exact: true }), 'ada@northwind.example');
    await user.fill(page.locator('input[type=password]'), password);
    await user.click('button', 'Log in');
    await row('Lovelace, Ada').waitFor();
  });

  task('adds a user', { clicks: 2, fields: 4 }, async () => {
    await user.click('button', 'Add Users');
    await fillIn('E-mail', 'ivy@northwind.example');
    await fillIn('First name', 'Ivy');
    await fillIn('Last name', 'New');
    await user.fill(dialog().getByRole('combobox', { name: 'Country', exact: true }), 'Germany');
    await page.keyboard.press('Tab');
    await user.click('button', 'Save', dialog());
    await row('New, Ivy').waitFor();
  });

  task('approves a user', { clicks: 4, fields: 0 }, async () => {
    await user.click('link', /Pending approvals/);
    await select('Stranger, Eve');
    await user.click('button', 'Approve');
    await user.click('button', 'Confirm', dialog());
    await row('Stranger, Eve').waitFor({ state: 'detached' });
  });

  task('locks a user with a reason', { clicks: 3, fields: 1 }, async () => {
    await openUsers();
    await select('Meyer, Ben');
    await user.click('button', 'Lock');
    await fillIn('Reason', 'On leave');
    await user.click('button', 'Confirm', dialog());
    await row('Meyer, Ben.*Locked').waitFor();
  });
});
