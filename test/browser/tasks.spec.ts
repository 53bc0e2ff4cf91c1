import type { Page } from 'playwright-core';
import { expectStatus } from '../support/server.js';
import { chromiumPath } from './browser.js';
import { CountingUser, type Effort } from './click-counter.js';
import { NorthwindFixture, password } from './northwind.js';
import { pageActions } from './page-actions.js';
import { createSteps } from './steps.js';

/** The manual's seven tasks and five more, with the clicks and filled fields that each needs. */
(chromiumPath ? describe : describe.skip)('in a browser, the effort', () => {
  let northwind: NorthwindFixture;
  let page: Page;
  let user: CountingUser;
  const { dialog, row } = pageActions(() => page);
  const step = createSteps();
  const select = (name: string) => user.clickOn(row(name).getByRole('checkbox'));
  const fillIn = (name: string, text: string) => user.fill(dialog().getByRole('textbox', { name, exact: true }), text);
  /** Opens the list of users without the selection and the search that its history entry would restore. */
  const openUsers = async () => {
    await page.goto('about:blank');
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
    // The list of all users, which is shown until then, has the same rows.
    await page.getByRole('heading', { name: 'Pending approvals' }).waitFor();
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
    await row('Meyer, Ben.*Active').waitFor();
  });

  task('deletes a user', { clicks: 3, fields: 0 }, async () => {
    await openUsers();
    await select('Gone, Gina');
    await user.click('button', 'Delete');
    await user.click('button', 'Confirm', dialog());
    await row('Gone, Gina').waitFor({ state: 'detached' });
  });

  task('exports the users', { clicks: 2, fields: 0 }, async () => {
    await openUsers();
    await user.click('button', 'Bulk Operations');
    const download = page.waitForEvent('download');
    await user.click('menuitem', 'Export User List');
    expect((await download).suggestedFilename()).toMatch(/\.csv$/);
  });

  task('resets a password', { clicks: 3, fields: 0 }, async () => {
    await openUsers();
    await user.click('button', /^More about/, row('Plain, Dora'));
    await user.click('menuitem', 'Reset Password');
    await user.click('button', 'Send the link', dialog());
    await northwind.mailbox.waitForMails('dora@northwind.example', /./, 2);
  });

  task('finds a deleted user', { clicks: 1, fields: 1 }, async () => {
    await openUsers();
    await user.fill(page.getByRole('searchbox'), 'gina');
    await user.click('button', 'Search deleted and former users too');
    await row('Gone, Gina.*Deleted').waitFor();
  });

  task('gives a role with a reason', { clicks: 4, fields: 1 }, async () => {
    await openUsers();
    await user.click('button', /^More about/, row('Plain, Dora'));
    await user.click('menuitem', 'Roles');
    await user.click('checkbox', 'Auditor', dialog());
    await fillIn('Reason', 'Reads for the board');
    await user.click('button', 'Save', dialog());
    await page.getByText('The roles of Dora Plain have changed.').waitFor();
  });

  task('finds who locked or deleted whom in the last week', { clicks: 3, fields: 0 }, async () => {
    await openUsers();
    await user.click('link', 'Audit');
    await user.clickOn(page.getByText('Locks and deletions', { exact: true }));
    await user.clickOn(page.getByText('Last 7 days', { exact: true }));
    await row(/User deleted.*Gina Gone.*Ada Lovelace/).waitFor();
    await row(/User locked.*Ben Meyer.*Ada Lovelace.*On leave/).waitFor();
  });

  task('learns who the administrators are', { clicks: 0, fields: 0 }, async () => {
    const leo = await northwind.logInByMail('leo@northwind.example');
    const account = leo.page.getByRole('region', { name: 'Your account' });
    await account.getByRole('link', { name: 'ada@northwind.example' }).waitFor();
  });

  task('learns why the session has ended', { clicks: 0, fields: 0 }, async () => {
    northwind.test.clock.move(31 * 60_000);
    await page.reload();
    await page.getByText('Your session was not used for a while.').waitFor();
  });
});
