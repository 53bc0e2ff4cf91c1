import { readFileSync } from 'node:fs';
import type { Browser, Locator, Page } from 'playwright-core';
import { parseCsv } from '../support/csv.js';
import { TestMailServer, linkSecretIn } from '../support/mail-server.js';
import { expectStatus, startTestServer, type TestServer } from '../support/server.js';
import { BrowserUser, chromiumPath, startBrowser } from './browser.js';
import { pageActions } from './page-actions.js';
import { createSteps } from './steps.js';

const password = 'a long enough passphrase';

/** The work of an administrator in the browser, from the first page of an empty installation on. */
(chromiumPath ? describe : describe.skip)('in a browser, an administrator', () => {
  let mailbox: TestMailServer;
  let test: TestServer;
  let browser: Browser;
  let operator: BrowserUser;
  let ada: BrowserUser;
  let page: Page;

  beforeAll(async () => {
    mailbox = await TestMailServer.open();
    test = await startTestServer({ SMTP_URL: mailbox.url });
    browser = await startBrowser();
  }, 180_000);
  afterAll(async () => {
    await browser.close();
    await test.close();
    await mailbox.stop();
  });

  const step = createSteps();
  const { dialog, row, press, fill } = pageActions(() => page);
  const chooseOption = async (name: string, option: string, within: Page | Locator = page) => {
    await within.getByRole('combobox', { name, exact: true }).fill(option);
    await page.getByRole('option', { name: option, exact: true }).click();
  };
  const selectRows = async (...names: string[]) => {
    for (const name of names) await row(name).getByRole('checkbox').check();
  };

  step('is created by the operator, who logs in to an empty installation with the token', async () => {
    operator = await BrowserUser.open(browser, test.server.url);
    ({ page } = operator);
    await page.getByText('This installation is empty').waitFor();
    expect(await operator.findProblemsInAllViews('login-empty')).toEqual([]);
    await page.getByLabel('Access token').fill(readFileSync(test.server.operatorToken, 'utf8').trim());
    await press('Log in');

    await page.getByRole('heading', { name: 'Create the first account' }).waitFor();
    await fill('Name of the account', 'Northwind');
    await page.getByRole('combobox', { name: 'E-mail domains' }).fill('northwind.example');
    await page.keyboard.press('Enter');
    await fill('E-mail', 'ada@northwind.example');
    await fill('First name', 'Ada');
    await fill('Last name', 'Lovelace');
    await chooseOption('Country', 'United Kingdom');
    expect(await operator.findProblemsInAllViews('first-account')).toEqual([]);
    await press('Create the account');
    await row('Ada Lovelace').waitFor();
  });

  step('opens the mailed link, whose secret leaves the address at once, sets a password and is logged in', async () => {
    const [welcome] = await mailbox.waitForMails('ada@northwind.example');
    ada = await BrowserUser.open(browser, test.server.url);
    ({ page } = ada);
    await page.goto(`/set-password#${linkSecretIn(welcome!)}`);
    await page.locator('input[type=password]').first().waitFor();
    expect(new URL(page.url()).hash).toBe('');
    expect(await ada.findProblemsInAllViews('set-password')).toEqual([]);
    await page.locator('input[type=password]').first().fill('short');
    await page.locator('input[type=password]').last().fill('short');
    await press('Set and log in');
    await page.getByText('It is too short.').waitFor();
    await page.locator('input[type=password]').first().fill(password);
    await page.locator('input[type=password]').last().fill(password);
    await press('Set and log in');
    await row('Ada Lovelace').getByText('Administrator').waitFor();
    expect(await ada.findProblemsInAllViews('users')).toEqual([]);
  });

  step('adds users; a taken address leads to its user', async () => {
    await press('Add Users');
    for (const [firstName, lastName] of [
      ['Ben', 'Meyer'],
      ['Carla', 'García'],
      ['David', 'Kowalski'],
    ] as const) {
      await fill('E-mail', `${firstName.toLowerCase()}@northwind.example`, dialog());
      await fill('First name', firstName, dialog());
      await fill('Last name', lastName, dialog());
      if (firstName === 'Ben') {
        await chooseOption('Country', 'Germany', dialog());
        expect(await dialog().getByRole('combobox', { name: 'Language of mails' }).inputValue()).toBe('');
        expect(await ada.findProblemsInAllViews('add-user')).toEqual([]);
      }
      await press('Save and add another', dialog());
      await page.getByText(`${firstName} ${lastName} was added and gets a mail.`).waitFor();
    }
    await fill('E-mail', 'BEN@northwind.example', dialog());
    await fill('First name', 'Ben', dialog());
    await fill('Last name', 'Meyer', dialog());
    await press('Save', dialog());
    await dialog().getByText('The user is in this account already.').waitFor();
    await fill('E-mail', 'nobody', dialog());
    await dialog().getByText('The user is in this account already.').waitFor({ state: 'detached' });
    await fill('E-mail', 'ben@northwind.example', dialog());
    await press('Save', dialog());
    await dialog().getByText('The user is in this account already.').waitFor();
    await dialog().getByRole('link', { name: 'Look at the user' }).click();
    await page.getByRole('heading', { name: 'Ben Meyer' }).waitFor();
    await row('^Language of mails None$').waitFor();
    expect(await ada.findProblemsInAllViews('user')).toEqual([]);
    await page.getByRole('link', { name: 'Users' }).click();
    for (const name of ['Ben Meyer', 'Carla García', 'David Kowalski']) await row(name).waitFor();
  });

  step('sees registrations arrive, approves some and rejects one', async () => {
    for (const name of ['Eve', 'Frank', 'Greta']) {
      expectStatus(
        201,
        await test.operator.post('/registrations', {
          email: `${name}@northwind.example`,
          firstName: name,
          lastName: 'Stranger',
          country: 'PL',
        }),
      );
    }
    await page.getByRole('link', { name: /Pending approvals.*3|3 users wait/ }).click();
    // The list of all users, which is shown until then, has the same rows.
    await page.getByRole('heading', { name: 'Pending approvals' }).waitFor();
    await row('Greta Stranger').waitFor();
    await selectRows('Eve Stranger', 'Frank Stranger');
    expect(await ada.findProblemsInAllViews('approvals')).toEqual([]);
    await press('Approve');
    await dialog().getByText('2 users will change.').waitFor();
    await press('Confirm', dialog());
    await page.getByText('Approve: done for 2 users.').waitFor();
    await row('Eve Stranger').waitFor({ state: 'detached' });
    await selectRows('Greta Stranger');
    await press('Reject');
    await dialog().getByLabel('Reason').fill('Unknown here');
    await press('Confirm', dialog());
    await page.getByText('Nobody waits for approval.').waitFor();
  });

  step('locks users with a reason, which the badge shows, but not herself; unlocks one', async () => {
    await page.getByRole('link', { name: 'Users' }).click();
    await selectRows('Ada Lovelace', 'Ben Meyer', 'Carla García');
    await press('Lock');
    await dialog().getByText('2 of 3 users will change.').waitFor();
    await dialog().getByText('Nobody locks, deletes or demotes themselves.').waitFor();
    expect(await ada.findProblemsInAllViews('lock')).toEqual([]);
    await dialog().getByLabel('Reason').fill('On leave');
    await press('Confirm', dialog());
    await dialog().getByText('Lock: done for 2 users.').waitFor();
    await dialog().getByText('Nobody locks, deletes or demotes themselves.').waitFor();
    await dialog().getByRole('button', { name: 'Close' }).last().click();
    await row('Ben Meyer')
      .getByRole('img', { name: /Locked by an administrator.*On leave/ })
      .waitFor();
    await press('Clear the selection');
    await selectRows('Ben Meyer');
    await press('Unlock');
    await page.getByText('Unlock: done for Ben Meyer').waitFor();
    await row('Ben Meyer').getByRole('img').waitFor({ state: 'detached' });
  });

  step('deletes a user, finds deleted users by a filter, and restores one', async () => {
    await press('Clear the selection');
    await selectRows('David Kowalski');
    await press('Delete');
    await press('Confirm', dialog());
    await row('David Kowalski').waitFor({ state: 'detached' });
    await press('Filters');
    await page.getByText('Deleted', { exact: true }).click();
    await row('David Kowalski').waitFor();
    expect(await ada.findProblemsInAllViews('filters')).toEqual([]);
    await selectRows('David Kowalski');
    await press('Restore');
    await press('Confirm', dialog());
    await page.getByText('No user matches these filters.').waitFor();
    await press('Remove all filters');
    await row('David Kowalski').waitFor();
  });

  step('exports the filtered list', async () => {
    await page.getByRole('searchbox').fill('stranger');
    await row('Ada Lovelace').waitFor({ state: 'detached' });
    await press('Bulk Operations');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Export User List' }).click(),
    ]);
    const users = parseCsv(readFileSync(await download.path(), 'utf8').replace(/^\ufeff/, ''));
    expect(new Set(users.map(({ FirstName }) => FirstName))).toEqual(new Set(['Eve', 'Frank']));
    await page.getByRole('searchbox').fill('');
  });

  step('LIFE-11: grants and revokes a role with a reason, and sends a link to set a new password', async () => {
    await page.getByRole('button', { name: 'More about Carla García' }).click();
    expect(await ada.findProblemsInAllViews('row-menu')).toEqual([]);
    await page.getByRole('menuitem', { name: 'Roles' }).click();
    for (const [isGiven, action] of [
      [true, 'granted'],
      [false, 'revoked'],
      [true, 'granted'],
    ] as const) {
      await dialog().getByRole('checkbox', { name: 'Auditor' }).setChecked(isGiven);
      await fill('Reason', `Reads for the board: ${isGiven}`, dialog());
      await press('Save', dialog());
      await dialog().waitFor({ state: 'detached' });
      const [{ reason }] = expectStatus(200, await test.operator.get(`/audit?action=user.role-${action}&limit=1`)).body
        .items as [{ reason: string }];
      expect(reason).toBe(`Reads for the board: ${isGiven}`);
      await page.getByRole('button', { name: 'More about Carla García' }).click();
      await page.getByRole('menuitem', { name: 'Roles' }).click();
    }
    expect(await ada.findProblemsInAllViews('roles')).toEqual([]);
    await page.keyboard.press('Escape');
    await row('Carla García').getByText('Auditor').waitFor();

    await page.getByRole('button', { name: 'More about Ben Meyer' }).click();
    await page.getByRole('menuitem', { name: 'Reset Password' }).click();
    expect(await ada.findProblemsInAllViews('reset-password')).toEqual([]);
    await press('Send the link', dialog());
    await page.getByText('The mail is on its way').waitFor();
    await mailbox.waitForMails('ben@northwind.example', /./, 2);
  });

  step('sees changes by others at once', async () => {
    const [{ accountId }] = expectStatus(200, await test.operator.get('/accounts')).body.items;
    const { items } = expectStatus(200, await test.operator.get(`/accounts/${accountId}/users?search=kowalski`)).body;
    expectStatus(
      200,
      await test.operator.post(`/accounts/${accountId}/users/${items[0].userId}/lock`, { reason: 'By the operator' }),
    );
    await row('David Kowalski')
      .getByRole('img', { name: /By the operator/ })
      .waitFor();
  });

  step('sees her own changes at once, even without the stream of changes', async () => {
    await page.route('**/changes', (route) => route.abort());
    await page.reload();
    await selectRows('Eve Stranger');
    await press('Lock');
    await dialog().getByLabel('Reason').fill('By herself');
    await press('Confirm', dialog());
    await row('Eve Stranger')
      .getByRole('img', { name: /By herself/ })
      .waitFor();
    await page.unroute('**/changes');
  });

  step('switches between four languages, and logs out', async () => {
    for (const [language, title] of [
      ['Español', 'Usuarios'],
      ['Deutsch', 'Benutzer'],
      ['Polski', 'Użytkownicy'],
    ] as const) {
      await page.getByRole('banner').getByRole('button').nth(-3).click();
      await page.getByRole('menuitem', { name: language }).click();
      await page.getByRole('heading', { name: title, level: 1 }).waitFor();
    }
    expect(await page.locator('html').getAttribute('lang')).toBe('pl');
    await page.getByRole('button', { name: 'Twoje menu' }).click();
    await page.getByRole('menuitem', { name: 'Wyloguj się' }).click();
    await page.getByRole('heading', { name: 'Logowanie' }).waitFor();
    await page.goto('/');
    await fill('E-mail', 'ada@northwind.example');
    await page.locator('input[type=password]').fill(password);
    await page.getByRole('button', { name: 'Zaloguj się', exact: true }).click();
    await row('Ada Lovelace').waitFor();
  });

  step('gets the login page if the session ended before an export', async () => {
    await ada.context.clearCookies();
    await press('Operacje zbiorcze');
    await page.getByRole('menuitem', { name: 'Eksportuj' }).click();
    await page.getByRole('heading', { name: 'Logowanie' }).waitFor();
  });

  step('has no errors in the console, nor has the operator', () => {
    expect(ada.errors).toEqual([]);
    expect(operator.errors).toEqual([]);
  });
});
