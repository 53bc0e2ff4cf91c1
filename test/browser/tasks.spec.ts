import type { Page } from 'playwright-core';
import { expectStatus } from '../support/server.js';
import { chromiumPath } from './browser.js';
import { CountingUser, type Effort } from './click-counter.js';
import { NorthwindFixture, password } from './northwind.js';
import { pageActions } from './page-actions.js';
import { createSteps } from './steps.js';

/** The tasks of the manual and five more, with the clicks and filled fields that each needs. */
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

  task('unlocks a user', { clicks: 2, fields: 0 }, async () => {
    await openUsers();
    await select('Meyer, Ben');
    await user.click('button', 'Unlock');
    await row('Meyer, Ben.*Locked').waitFor({ state: 'detached' });
  });

  task('deletes a user', { clicks: 3, fields: 0 }, async () => {
    await openUsers();
    await select('Gone, Hugo');
    await user.click('button', 'Delete');
    await user.click('button', 'Confirm', dialog());
    await row('Gone, Hugo').waitFor({ state: 'detached' });
  });

  task('exports the users', { clicks: 2, fields: 0 }, async () => {
    await openUsers();
    await user.click('button', 'Bulk Operations');
    const download = page.waitForEvent('download');
    await user.click('menuitem', 'Export User List');
    await download;
  });

  task('mails a link to reset a password', { clicks: 3, fields: 0 }, async () => {
    await openUsers();
    await user.click('button', 'More about Carla García');
    await user.click('menuitem', 'Reset Password');
    await user.click('button', 'Send the link', dialog());
    await page.getByText('The mail is on its way').waitFor();
  });

  task('finds a deleted person', { clicks: 1, fields: 1 }, async () => {
    await openUsers();
    await user.fill(page.getByRole('searchbox'), 'hugo');
    await user.click('button', /former users/);
    await row('Gone, Hugo').waitFor();
  });

  task('gives a role with a reason', { clicks: 4, fields: 1 }, async () => {
    await openUsers();
    await user.click('button', 'More about Gina Gone');
    await user.click('menuitem', 'Roles');
    await user.clickOn(dialog().getByRole('checkbox', { name: 'Auditor' }));
    await fillIn('Reason', 'Reads for the board');
    await user.click('button', 'Save', dialog());
    await page.getByText('The roles of Gina Gone have changed.').waitFor();
  });

  task('sees who locked users in the last week', { clicks: 3, fields: 0 }, async () => {
    await openUsers();
    await user.click('link', 'Audit');
    await user.clickOn(page.getByText('Locks and deletions', { exact: true }));
    await user.clickOn(page.getByText('Last 7 days', { exact: true }));
    await row('User locked.*Ben Meyer.*Ada Lovelace.*On leave').waitFor();
  });

  task('says why a user was logged out', { clicks: 0, fields: 0 }, async () => {
    const ben = await northwind.logInByMail('ben@northwind.example');
    const { items } = expectStatus(
      200,
      await northwind.test.operator.get(`/accounts/${northwind.accountId}/users?search=ben`),
    ).body;
    expectStatus(
      200,
      await northwind.test.operator.post(`/accounts/${northwind.accountId}/users/${items[0].userId}/lock`),
    );
    await ben.page.reload();
    await ben.page.getByRole('alert').filter({ hasText: /lock/i }).waitFor();
  });

  task('tells a user without a role who the administrators are', { clicks: 0, fields: 0 }, async () => {
    const { page: home } = await northwind.logInByMail('dora@northwind.example');
    const account = home.getByRole('region', { name: /account/i });
    await account.getByText('Lovelace, Ada').waitFor();
    await account.getByText('ada@northwind.example').waitFor();
  });
});
