import type { Page } from 'playwright-core';
import { expectStatus } from '../support/server.js';
import { chromiumPath, type BrowserUser } from './browser.js';
import { NorthwindFixture, password } from './northwind.js';
import { pageActions } from './page-actions.js';
import { createSteps } from './steps.js';

/** An administrator manages access tokens, the password and sessions. */
(chromiumPath ? describe : describe.skip)('in a browser, an administrator', () => {
  let northwind: NorthwindFixture;
  let ada: BrowserUser;
  let page: Page;
  const { dialog, row, press, fill } = pageActions(() => page);
  const step = createSteps();

  beforeAll(async () => {
    northwind = await NorthwindFixture.open();
    ada = await northwind.logInByMail('ada@northwind.example');
    ({ page } = ada);
  }, 180_000);
  afterAll(() => northwind.close());

  step('issues an access token, sees its secret once, and ends it', async () => {
    await press('Your menu');
    await page.getByRole('menuitem', { name: 'Access tokens' }).click();
    await page.getByText('There are no access tokens.').waitFor();
    await press('Issue an access token');
    await press('Issue', dialog());
    await dialog().getByText('Choose at least one.').waitFor();
    expect(await ada.findProblemsInAllViews('token-issue')).toEqual([]);
    await fill('What it is for', 'Nightly list', dialog());
    await dialog().getByLabel('See users').check();
    await press('Issue', dialog());
    const secret = await dialog().getByLabel('Access token', { exact: true }).inputValue();
    expect(await ada.findProblemsInAllViews('token-secret')).toEqual([]);
    const program = northwind.test.operator.as(secret);
    expect((await program.get('/me')).body.scopes).toEqual(['users:read']);
    await dialog().getByRole('button', { name: 'Close' }).last().click();
    await dialog().waitFor({ state: 'detached' });
    expect(await page.content()).not.toContain(secret);
    expect(await ada.findProblemsInAllViews('tokens')).toEqual([]);
    await press('End the access token Nightly list');
    await press('End', dialog());
    await row(/Nightly list.*Ended/).waitFor();
    expect((await program.get('/me')).status).toBe(401);
  });

  step('changes the password; a weak and a wrong one are refused with a reason', async () => {
    await press('Your menu');
    await page.getByRole('menuitem', { name: 'Profile' }).click();
    const change = async (current: string, next: string) => {
      const fields = page.locator('input[type=password]');
      for (const [index, text] of [current, next, next].entries()) await fields.nth(index).fill(text);
      await press('Change the password');
    };
    await change(password, 'short');
    await page.getByText('It is too short.').waitFor();
    await change(password, 'ada@northwind.example');
    await page.getByText('It is easy to guess.').waitFor();
    expect(await ada.findProblemsInAllViews('profile')).toEqual([]);
    await change('not my password at all', 'another long passphrase');
    await page.getByText('The current password is wrong.').waitFor();
    await change(password, 'another long passphrase');
    await page.getByText('Your password is changed. All other sessions have ended.').waitFor();
  });

  step('sees the open sessions, ends one, and then all', async () => {
    expectStatus(
      200,
      await northwind.test.operator
        .inBrowser()
        .post('/login', { email: 'ada@northwind.example', password: 'another long passphrase' }),
    );
    await page.reload();
    await page.getByText('This session').waitFor();
    await page.getByText('Unknown browser').waitFor();
    await page.getByRole('button', { name: /^End the session of/ }).click();
    await press('End', dialog());
    await dialog().waitFor({ state: 'detached' });
    await page.getByText('Unknown browser').waitFor({ state: 'detached' });
    await press('End all sessions');
    expect(await ada.findProblemsInAllViews('sessions-end')).toEqual([]);
    await press('End all sessions', dialog());
    await page.getByRole('heading', { name: 'Log in' }).waitFor();
  });

  step('has no errors in the console', () => {
    expect(northwind.listErrors()).toEqual([]);
  });
});
