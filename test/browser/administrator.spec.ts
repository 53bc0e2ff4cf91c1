import { readFileSync } from 'node:fs';
import type { Browser, Locator, Page } from 'playwright-core';
import { cellsOf } from '../support/csv.js';
import { Mailbox, linkIn } from '../support/mailbox.js';
import { expectStatus, startTestServer, type TestServer } from '../support/server.js';
import { Visitor, chromiumPath, startBrowser } from './browser.js';
import { steps } from './steps.js';

const password = 'a long enough passphrase';

/** An administrator who has never seen an API, from the first page of an empty installation on. */
(chromiumPath ? describe : describe.skip)('in a browser, an administrator', () => {
  let box: Mailbox;
  let test: TestServer;
  let browser: Browser;
  let operator: Visitor;
  let ada: Visitor;
  let page: Page;

  beforeAll(async () => {
    box = await Mailbox.open();
    test = await startTestServer({ SMTP_URL: box.url });
    browser = await startBrowser();
  }, 180_000);
  afterAll(async () => {
    await browser.close();
    await test.close();
    await box.goAway();
  });

  const step = steps();
  const row = (name: string): Locator => page.getByRole('row', { name: new RegExp(name) });
  const dialog = (): Locator => page.getByRole('dialog');
  const fill = (name: string, value: string, within: Page | Locator = page) =>
    within.getByRole('textbox', { name, exact: true }).fill(value);
  const pick = async (name: string, option: string, within: Page | Locator = page) => {
    await within.getByRole('combobox', { name, exact: true }).fill(option);
    await page.getByRole('option', { name: option, exact: true }).click();
  };
  const choose = (...names: string[]) =>
    names.reduce((before, name) => before.then(() => row(name).getByRole('checkbox').check()), Promise.resolve());
  const press = (name: string, within: Page | Locator = page) =>
    within.getByRole('button', { name, exact: true }).click();

  step('is made by the operator, who logs in with the token of an empty installation', async () => {
    operator = await Visitor.at(browser, test.server.url);
    ({ page } = operator);
    await page.getByText('This installation is empty').waitFor();
    expect(await operator.findings('login-empty')).toEqual([]);
    await page.getByLabel('Access token').fill(readFileSync(test.server.operatorToken, 'utf8').trim());
    await press('Log in');

    await page.getByRole('heading', { name: 'Create the first account' }).waitFor();
    await fill('Name of the account', 'Northwind');
    await page.getByRole('combobox', { name: 'E-mail domains' }).fill('northwind.example');
    await page.keyboard.press('Enter');
    await fill('E-mail', 'ada@northwind.example');
    await fill('First name', 'Ada');
    await fill('Last name', 'Lovelace');
    await pick('Country', 'United Kingdom');
    expect(await operator.findings('first-account')).toEqual([]);
    await press('Create the account');
    await row('Ada Lovelace').waitFor();
  });

  step('follows the mailed link, which leaves the address at once, sets a password and is in', async () => {
    const [welcome] = await box.to('ada@northwind.example');
    ada = await Visitor.at(browser, test.server.url);
    ({ page } = ada);
    await page.goto(`/set-password#${linkIn(welcome!)}`);
    await page.locator('input[type=password]').first().waitFor();
    expect(new URL(page.url()).hash).toBe('');
    expect(await ada.findings('set-password')).toEqual([]);
    await page.locator('input[type=password]').first().fill('short');
    await page.locator('input[type=password]').last().fill('short');
    await press('Set and log in');
    await page.getByText('It is too short.').waitFor();
    await page.locator('input[type=password]').first().fill(password);
    await page.locator('input[type=password]').last().fill(password);
    await press('Set and log in');
    await row('Ada Lovelace').getByText('Administrator').waitFor();
    expect(await ada.findings('users')).toEqual([]);
  });

  step('adds users; an address that is taken leads to whom it belongs', async () => {
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
        await pick('Country', 'Germany', dialog());
        expect(await dialog().getByRole('combobox', { name: 'Language of mails' }).inputValue()).toBe('');
        expect(await ada.findings('add-user')).toEqual([]);
      }
      await press('Add and go on with another', dialog());
      await page.getByText(`${firstName} ${lastName} was added and gets a mail.`).waitFor();
    }
    await fill('E-mail', 'BEN@northwind.example', dialog());
    await fill('First name', 'Ben', dialog());
    await fill('Last name', 'Meyer', dialog());
    await press('Add', dialog());
    await dialog().getByText('The user is in this account already.').waitFor();
    await fill('E-mail', 'nobody', dialog());
    await dialog().getByText('The user is in this account already.').waitFor({ state: 'detached' });
    await fill('E-mail', 'ben@northwind.example', dialog());
    await press('Add', dialog());
    await dialog().getByText('The user is in this account already.').waitFor();
    await dialog().getByRole('link', { name: 'Look at the user' }).click();
    await page.getByRole('heading', { name: 'Ben Meyer' }).waitFor();
    await row('^Language of mails None$').waitFor();
    expect(await ada.findings('user')).toEqual([]);
    await page.getByRole('link', { name: 'Users' }).click();
    for (const name of ['Ben Meyer', 'Carla García', 'David Kowalski']) await row(name).waitFor();
  });

  step('sees strangers who register come in, approves some and rejects one', async () => {
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
    await row('Greta Stranger').waitFor();
    await choose('Eve Stranger', 'Frank Stranger');
    expect(await ada.findings('approvals')).toEqual([]);
    await press('Approve');
    await dialog().getByText('2 users will change.').waitFor();
    await press('Confirm', dialog());
    await page.getByText('Approve: done for 2 users.').waitFor();
    await row('Eve Stranger').waitFor({ state: 'detached' });
    await choose('Greta Stranger');
    await press('Reject');
    await dialog().getByLabel('Reason').fill('Unknown here');
    await press('Confirm', dialog());
    await page.getByText('Nobody waits for approval.').waitFor();
  });

  step('locks with a reason that the padlock tells, and not herself; unlocks', async () => {
    await page.getByRole('link', { name: 'Users' }).click();
    await choose('Ada Lovelace', 'Ben Meyer', 'Carla García');
    await press('Lock');
    await dialog().getByText('2 users will change.').waitFor();
    await dialog().getByText('Nobody locks, deletes or demotes themselves.').waitFor();
    expect(await ada.findings('lock')).toEqual([]);
    await dialog().getByLabel('Reason').fill('On leave');
    await press('Confirm', dialog());
    await dialog().getByText('Lock: done for 2 users.').waitFor();
    await dialog().getByText('Nobody locks, deletes or demotes themselves.').waitFor();
    await dialog().getByRole('button', { name: 'Close' }).last().click();
    await row('Ben Meyer')
      .getByRole('img', { name: /Locked by an administrator.*On leave/ })
      .waitFor();
    await press('Clear the selection');
    await choose('Ben Meyer');
    await press('Unlock');
    await press('Confirm', dialog());
    await row('Ben Meyer').getByRole('img').waitFor({ state: 'detached' });
  });

  step('deletes, finds the deleted by a filter, and restores', async () => {
    await press('Clear the selection');
    await choose('David Kowalski');
    await press('Delete');
    await press('Confirm', dialog());
    await row('David Kowalski').waitFor({ state: 'detached' });
    await press('Filters');
    await page.getByText('Deleted', { exact: true }).click();
    await row('David Kowalski').waitFor();
    expect(await ada.findings('filters')).toEqual([]);
    await choose('David Kowalski');
    await press('Restore');
    await press('Confirm', dialog());
    await page.getByText('Nobody fits these filters.').waitFor();
    await press('Remove all filters');
    await row('David Kowalski').waitFor();
  });

  step('saves the list that the filters show', async () => {
    await page.getByRole('searchbox').fill('stranger');
    await row('Ada Lovelace').waitFor({ state: 'detached' });
    await press('Bulk Operations');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: 'Export User List' }).click(),
    ]);
    const users = cellsOf(readFileSync(await download.path(), 'utf8').replace(/^\ufeff/, ''));
    expect(new Set(users.map(({ FirstName }) => FirstName))).toEqual(new Set(['Eve', 'Frank']));
    await page.getByRole('searchbox').fill('');
  });

  step('LIFE-11: gives and takes a role with a reason, and sends a link to set a new password', async () => {
    await page.getByRole('button', { name: 'More about Carla García' }).click();
    expect(await ada.findings('row-menu')).toEqual([]);
    await page.getByRole('menuitem', { name: 'Roles' }).click();
    await fill('Reason', 'Reads for the board', dialog());
    await dialog().getByRole('switch', { name: 'Auditor' }).click();
    await page.getByText('The roles of Carla García have changed.').waitFor();
    await dialog().getByRole('switch', { name: 'Auditor', checked: true }).click();
    await dialog().getByRole('switch', { name: 'Auditor', checked: false }).click();
    await dialog().getByRole('switch', { name: 'Auditor', checked: true }).waitFor();
    const { items } = expectStatus(
      200,
      await test.operator.get('/audit?action=user.role-granted&action=user.role-revoked'),
    ).body as { items: { reason: string }[] };
    expect(items.slice(0, 3).map(({ reason }) => reason)).toEqual(Array(3).fill('Reads for the board'));
    expect(await ada.findings('roles')).toEqual([]);
    await page.keyboard.press('Escape');
    await row('Carla García').getByText('Auditor').waitFor();

    await page.getByRole('button', { name: 'More about Ben Meyer' }).click();
    await page.getByRole('menuitem', { name: 'Reset Password' }).click();
    expect(await ada.findings('reset-password')).toEqual([]);
    await press('Send the link', dialog());
    await page.getByText('The mail is on its way').waitFor();
    await box.to('ben@northwind.example', /./, 2);
  });

  step('sees what others change as they change it', async () => {
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

  step('sees what she does herself at once, even where she is not told of changes', async () => {
    await page.route('**/changes', (route) => route.abort());
    await page.reload();
    await choose('Eve Stranger');
    await press('Lock');
    await dialog().getByLabel('Reason').fill('By herself');
    await press('Confirm', dialog());
    await row('Eve Stranger')
      .getByRole('img', { name: /By herself/ })
      .waitFor();
    await page.unroute('**/changes');
  });

  step('reads it in four languages, and logs out', async () => {
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

  step('is led to the login where the session has ended before an export', async () => {
    await ada.context.clearCookies();
    await press('Operacje zbiorcze');
    await page.getByRole('menuitem', { name: 'Eksportuj' }).click();
    await page.getByRole('heading', { name: 'Logowanie' }).waitFor();
  });

  step('has met no error on the way, nor has the operator', () => {
    expect(ada.errors).toEqual([]);
    expect(operator.errors).toEqual([]);
  });
});
