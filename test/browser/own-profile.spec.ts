import type { Page } from 'playwright-core';
import { expectStatus } from '../support/server.js';
import { chromiumPath, type BrowserUser } from './browser.js';
import { NorthwindFixture } from './northwind.js';
import { pageActions } from './page-actions.js';
import { createSteps } from './steps.js';

/** A user without a role looks at the profile and changes it. */
(chromiumPath ? describe : describe.skip)('in a browser, a user without a role', () => {
  let northwind: NorthwindFixture;
  let dora: BrowserUser;
  let page: Page;
  const { press, fill, pickOption } = pageActions(() => page);
  const step = createSteps();

  beforeAll(async () => {
    northwind = await NorthwindFixture.open();
    dora = await northwind.logInByMail('dora@northwind.example');
    ({ page } = dora);
  }, 180_000);
  afterAll(() => northwind.close());

  const userPath = async () => {
    const { items } = (await northwind.test.operator.get(`/accounts/${northwind.accountId}/users?search=dora`)).body;
    return `/accounts/${northwind.accountId}/users/${items[0].userId}`;
  };

  step('PROFILE-3: sees the account, its administrators and that there is no role', async () => {
    const account = page.getByRole('region', { name: 'Your account' });
    await account.getByText('Northwind').waitFor();
    await account.getByText('Ada Lovelace').waitFor();
    await account.getByRole('link', { name: 'ada@northwind.example' }).waitFor();
    await account.getByText('You have no role in the account.').waitFor();
    await page.getByRole('banner').getByText('Northwind').waitFor();
    await dora.setView('phone');
    expect(await page.getByRole('banner').getByText('Northwind').isVisible()).toBe(true);
    await dora.setView('light');
    expect(await dora.findProblemsInAllViews('profile-of-member')).toEqual([]);
  });

  step('PROFILE-4: changes name, country and language', async () => {
    await fill('First name', 'Dorothea');
    await pickOption('Country', 'Pol', 'Poland');
    await press('Save');
    await page.getByText('Your details are saved.').waitFor();
    expect((await northwind.test.operator.get(await userPath())).body).toMatchObject({
      firstName: 'Dorothea',
      lastName: 'Plain',
      country: 'PL',
    });
    await press('Your menu');
    await page.getByText('Dorothea Plain (dora@northwind.example)').waitFor();
    await page.keyboard.press('Escape');
  });

  step('PROFILE-4: does not overwrite unseen what an administrator has changed', async () => {
    expectStatus(200, await northwind.test.operator.patch(await userPath(), { lastName: 'Simple' }));
    await fill('First name', 'Dolly');
    await press('Save');
    await page.getByText('Somebody else changed this in the meantime.').waitFor();
    expect(await page.getByRole('textbox', { name: 'Last name' }).inputValue()).toBe('Simple');
    expect(await page.getByRole('textbox', { name: 'First name' }).inputValue()).toBe('Dolly');
    await press('Save');
    await page.getByText('Somebody else changed this in the meantime.').waitFor({ state: 'detached' });
    await page.getByText('Your details are saved.').last().waitFor();
    expect((await northwind.test.operator.get(await userPath())).body).toMatchObject({
      firstName: 'Dolly',
      lastName: 'Simple',
    });
  });

  step('is told which field is missing', async () => {
    // Not before the form has taken over the response to the last change.
    await page.reload();
    await page.getByRole('textbox', { name: 'Last name' }).waitFor();
    await fill('Last name', '');
    await press('Save');
    await page.getByText('This is needed.').waitFor();
    expect(await dora.findProblemsInAllViews('profile-error')).toEqual([]);
  });

  step('has no errors in the console', () => {
    expect(dora.errors).toEqual([]);
  });
});
