import { chromiumPath, type Visitor } from './browser.js';
import { Northwind, hands } from './northwind.js';
import { steps } from './steps.js';
import { expectStatus } from '../support/server.js';

/** Looking for somebody, as the page says it. */
(chromiumPath ? describe : describe.skip)('in a browser', () => {
  const step = steps();
  let northwind: Northwind;
  let ada: Visitor;
  const { row, press } = hands(() => ada.page);
  const type = (text: string) => ada.page.getByRole('searchbox', { name: 'Search by name or e-mail' }).fill(text);
  const says = (text: string | RegExp) => ada.page.getByRole('status').getByText(text).waitFor();
  const rows = async () => (await ada.page.getByRole('table', { name: 'Users' }).getByRole('row').count()) - 1;

  beforeAll(async () => {
    northwind = await Northwind.open();
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
    ada = await northwind.enter('ada@northwind.example');
  }, 180_000);
  afterAll(() => northwind.close());

  step('SEARCH-2: finds Chinese and Korean names by any part, the family name first', async () => {
    for (const [search, name] of [
      ['王伟', /伟 王/],
      ['민수', /민수 김/],
      ['김', /민수 김/],
    ] as const) {
      await type(search);
      await says(`Searched for names and addresses with “${search}”.`);
      await row(name).waitFor();
      expect(await rows()).toBe(1);
    }
    expect(await ada.findings('search-cjk')).toEqual([]);
  });

  step('SEARCH-2: finds the beginnings of words by two letters, and says so', async () => {
    await type('Ng');
    await says(/^Searched for words that begin with “ng”/);
    await row(/Ngozi Ng/).waitFor();
    expect(await rows()).toBe(1);
    expect(await ada.findings('search-beginnings')).toEqual([]);
  });

  step('SEARCH-3: shows nobody for a single letter, which is not searched, and exports nothing by it', async () => {
    await type('N');
    await says(/^Too short to be searched/);
    expect(await rows()).toBeLessThan(1);
    expect(await ada.page.getByRole('button', { name: 'Bulk Operations' }).count()).toBe(0);
    expect(await ada.findings('search-too-short')).toEqual([]);
    await type('');
    await row(/Ada Lovelace/).waitFor();
    expect(await rows()).toBe(8);
  });

  step(
    'SEARCH-3: the audit’s choice of users asks for more than a single letter, and finds Chinese names',
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
