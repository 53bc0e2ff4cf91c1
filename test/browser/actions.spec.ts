import { pollUntilDefined } from '../support/mail-server.js';
import { expectStatus } from '../support/server.js';
import { chromiumPath, type BrowserUser } from './browser.js';
import { NorthwindFixture } from './northwind.js';
import { pageActions } from './page-actions.js';
import { createSteps } from './steps.js';

/** Actions on users and their dialogs: dry runs, progress, interruptions, roles. */
(chromiumPath ? describe : describe.skip)('in a browser', () => {
  const step = createSteps();
  const crowd = 130;
  let northwind: NorthwindFixture;
  let user: BrowserUser;
  let users: string;
  const { dialog, press, fill, row } = pageActions(() => user.page);
  const addUser = async (firstName: string, lastName: string): Promise<string> => {
    const email = `${firstName}.${lastName}@northwind.example`.toLowerCase();
    const body = { email, firstName, lastName, country: 'GB' };
    return expectStatus(201, await northwind.test.operator.post(users, body)).body.userId as string;
  };

  const openRoles = async (name: string): Promise<void> => {
    // The row of a long list is only there if it is visible.
    await user.page.getByRole('searchbox').fill(name);
    await row(name)
      .getByRole('button', { name: /^More about/ })
      .click();
    await user.page.getByRole('menuitem', { name: 'Roles' }).click();
  };

  beforeAll(async () => {
    northwind = await NorthwindFixture.open();
    users = `/accounts/${northwind.accountId}/users`;
    for (let from = 0; from < crowd; from += 10)
      await Promise.all(Array.from({ length: 10 }, (_, index) => addUser(`Number${from + index}`, 'Crowd')));
    user = await northwind.logInAsOperator();
  }, 180_000);
  afterAll(() => northwind.close());

  step('counts in the dry run what the typed reason changes', async () => {
    const ids = [await addUser('Una', 'Reason'), await addUser('Dos', 'Reason'), await addUser('Tria', 'Reason')];
    for (const id of ids.slice(0, 2))
      expectStatus(200, await northwind.test.operator.post(`${users}/${id}/lock`, { reason: 'On leave' }));
    await user.page.goto(users);
    await user.page.getByRole('searchbox').fill('reason');
    await user.page.getByText(/^3 of \d+ users/).waitFor();
    await user.page.getByRole('checkbox', { name: 'Select all that are loaded' }).check();
    await press('Lock');
    await dialog().getByText('3 users will change.').waitFor();
    await dialog().getByText('None of them has ever logged in; they keep no entitlements.').waitFor();
    await fill('Reason', 'On leave', dialog());
    await dialog().getByText('1 of 3 users will change.').waitFor();
    await dialog().getByText('For 2 users nothing changes. Already locked with this reason.').waitFor();
    expect(await user.findProblemsInAllViews('lock-with-reason')).toEqual([]);
    await press('Confirm', dialog());
    await user.page.getByText('Lock: done for 3 users.').waitFor();
  });

  step('unlocks without a confirmation, and offers only what can be done', async () => {
    const bar = user.page.getByRole('region', { name: '3 users selected' });
    await bar.getByRole('button', { name: 'Unlock' }).waitFor();
    expect(await bar.getByRole('button', { name: 'Restore' }).count()).toBe(0);
    await press('Unlock');
    await user.page.getByText('Unlock: done for 3 users.').waitFor();
    await bar.getByRole('button', { name: 'Unlock' }).waitFor({ state: 'detached' });
    expect(await dialog().count()).toBe(0);
  });

  step('asks before a typed reason is lost', async () => {
    await press('Delete');
    await fill('Reason', 'Left the company', dialog());
    await user.page.keyboard.press('Escape');
    await user.page.getByText('Discard what you have typed?').waitFor();
    expect(await user.findProblemsInAllViews('discard')).toEqual([]);
    await press('Keep editing', dialog().last());
    expect(await dialog().getByRole('textbox', { name: 'Reason' }).inputValue()).toBe('Left the company');
    await press('Cancel', dialog());
    await press('Discard', dialog().last());
    await dialog().waitFor({ state: 'detached' });
  });

  step(
    'shows the progress of an action on many, and continues after an interruption without repeating anything',
    async () => {
      const page = user.page;
      await page.goto(users);
      await page.getByRole('searchbox').fill('crowd');
      await page.getByText(new RegExp(`^${crowd} of \\d+ users`)).waitFor();
      const table = page.getByRole('table', { name: 'Users' });
      await table.hover();
      // The table tells the number of all rows from the first page on; the last row is there once all are loaded.
      while (!(await table.locator(`[aria-rowindex="${crowd + 1}"]`).count())) {
        await page.mouse.wheel(0, 5_000);
        await page.evaluate(() => new Promise(requestAnimationFrame));
      }
      await page.getByRole('checkbox', { name: 'Select all that are loaded' }).check();
      let requests = 0;
      await page.route('**/users/bulk', (route) => {
        const { dryRun } = route.request().postDataJSON() as { dryRun?: boolean };
        return !dryRun && ++requests === 2 ? route.abort() : route.continue();
      });
      await press('Lock');
      await dialog().getByText(`${crowd} users will change.`).waitFor();
      await fill('Reason', 'Move', dialog());
      await press('Confirm', dialog());
      await dialog().getByText(`Lock: 100 of ${crowd} done`).waitFor();
      await dialog().getByText('The server does not answer. Is the network up?').waitFor();
      await dialog()
        .getByText(`${crowd - 100} users are left. What is done stays done.`)
        .waitFor();
      expect(await user.findProblemsInAllViews('action-interrupted')).toEqual([]);
      await press('Continue', dialog());
      await page.getByText(`Lock: done for ${crowd} users.`).waitFor();
      expect(requests).toBe(3);
      // The page waits for the list of users; the audit may be a moment behind.
      await pollUntilDefined(async () => {
        const audit = await northwind.test.operator.get('/audit?action=user.locked&limit=200');
        const items = expectStatus(200, audit).body.items as { reason: string }[];
        return items.filter(({ reason }) => reason === 'Move').length === crowd || undefined;
      });
    },
  );

  step('ADMIN-1, PERM-9: says what each role may do, and why one can not be chosen', async () => {
    await user.page.goto(users);
    await openRoles('Lovelace');
    await dialog().getByText('This is the last administrator of the account.').waitFor();
    const administrator = dialog().getByRole('checkbox', { name: 'Administrator', exact: true });
    expect(await administrator.getAttribute('aria-disabled')).toBe('true');
    await administrator.click({ force: true });
    expect(await administrator.isChecked()).toBe(true);
    await dialog().getByText('May: See users · Read history and audit · Manage access tokens').waitFor();
    expect(await user.findProblemsInAllViews('roles-refused')).toEqual([]);
    await user.page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
  });

  step('BULK-1, LIFE-11: says what the chosen roles will change, and saves them with a reason', async () => {
    await openRoles('Plain');
    await dialog().getByRole('checkbox', { name: 'Auditor' }).check();
    await dialog().getByText('Auditor: will be given.').waitFor();
    await fill('Reason', 'Reads for the board', dialog());
    expect(await user.findProblemsInAllViews('roles')).toEqual([]);
    await press('Save', dialog());
    await user.page.getByText('The roles of Dora Plain have changed.').waitFor();
    const path = '/audit?action=user.role-granted&limit=1';
    const [{ reason }] = expectStatus(200, await northwind.test.operator.get(path)).body.items;
    expect(reason).toBe('Reads for the board');
    expect(northwind.listErrors()).toEqual([]);
  });
});
