import { chromiumPath, type BrowserUser } from './browser.js';
import { NorthwindFixture } from './northwind.js';
import { pageActions } from './page-actions.js';
import { createSteps } from './steps.js';
import { expectStatus } from '../support/server.js';

/** The search in the user list. */
(chromiumPath ? describe : describe.skip)('in a browser', () => {
  const step = createSteps();
  let northwind: NorthwindFixture;
  let ada: BrowserUser;
  const { row, press } = pageActions(() => ada.page);
  const type = (text: string) => ada.page.getByRole('searchbox', { name: 'Search by name or e-mail' }).fill(text);
  const waitForStatus = (text: string | RegExp) => ada.page.getByRole('status').getByText(text).waitFor();
  const countRows = async () => (await ada.page.getByRole('table', { name: 'Users' }).getByRole('row').count()) - 1;

  beforeAll(async () => {
    northwind = await NorthwindFixture.open();
    const { operator } = northwind.test;
    for (const [email, firstName, lastName] of [
      ['wang', '伟', '王'],
      ['ng', 'Ngozi', 'Ng'],
      ['kim', '민수', '김'],
    ]) {
      expectStatus(
        201,
        await operator.post(`/accounts/${northwind.accountId}/users`, {
          email: `${email}@northwind.example`,
          firstName,
          lastName,
          country: 'GB',
        }),
      );
    }
    ada = await northwind.logInByMail('ada@northwind.example');
  }, 180_000);
  afterAll(() => northwind.close());

  step('SEARCH-2: finds Chinese and Korean names by any part, with the family name first', async () => {
    for (const [search, name] of [
      ['王伟', /伟 王/],
      ['민수', /민수 김/],
      ['김', /민수 김/],
    ] as const) {
      await type(search);
      await waitForStatus(`Searched for names and addresses with “${search}”.`);
      await row(name).waitFor();
      expect(await countRows()).toBe(1);
    }
    expect(await ada.findProblemsInAllViews('search-cjk')).toEqual([]);
  });

  step('SEARCH-2: finds beginnings of words by two letters, and says so', async () => {
    await type('Ng');
    await waitForStatus(/^Searched for words that begin with “ng”/);
    await row(/Ngozi Ng/).waitFor();
    expect(await countRows()).toBe(1);
    expect(await ada.findProblemsInAllViews('search-beginnings')).toEqual([]);
  });

  step('SEARCH-3: does not search for a single letter: shows no rows and offers no export', async () => {
    await type('N');
    await waitForStatus(/^Too short to be searched/);
    expect(await countRows()).toBeLessThan(1);
    expect(await ada.page.getByRole('button', { name: 'Bulk Operations' }).count()).toBe(0);
    expect(await ada.findProblemsInAllViews('search-too-short')).toEqual([]);
    await type('');
    await row(/Ada Lovelace/).waitFor();
    expect(await countRows()).toBe(8);
  });

  step(
    'SEARCH-3: asks for more than a single letter in the user filter of the audit, and finds Chinese names there',
    async () => {
      await ada.page.goto(`/accounts/${northwind.accountId}/audit`);
      await press('Filters').catch(() => {});
      const field = ada.page.getByRole('combobox').first();
      await field.fill('N');
      await ada.page
        .getByRole('listbox', { name: 'Who did it' })
        .getByText(/^Too short to be searched/)
        .waitFor();
      await field.fill('王');
      await ada.page.getByRole('option', { name: /伟 王/ }).waitFor();
      expect(ada.errors).toEqual([]);
    },
  );
});
