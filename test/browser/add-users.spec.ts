import type { Locator } from 'playwright-core';
import { expectStatus } from '../support/server.js';
import { chromiumPath, type BrowserUser } from './browser.js';
import { NorthwindFixture } from './northwind.js';
import { pageActions } from './page-actions.js';
import { createSteps } from './steps.js';

/** The dialog that adds users: its fields, several people at once, and what was typed but not saved. */
(chromiumPath ? describe : describe.skip)('in a browser', () => {
  const step = createSteps();
  let northwind: NorthwindFixture;
  let user: BrowserUser;
  const { dialog, press, fill } = pageActions(() => user.page);
  const top = (): Locator => dialog().last();
  const country = (): Locator => dialog().getByRole('combobox', { name: 'Country', exact: true });
  const isFocused = (label: string) =>
    user.page.waitForFunction(
      (name) => (document.activeElement as HTMLInputElement | null)?.labels?.[0]?.textContent?.startsWith(name),
      label,
    );
  const lineOf = (text: string): Locator => dialog().getByRole('row').filter({ hasText: text });

  beforeAll(async () => {
    northwind = await NorthwindFixture.open();
    user = await northwind.logInAsOperator();
    await user.page.goto(`/accounts/${northwind.accountId}/users`);
  }, 180_000);
  afterAll(() => northwind.close());

  step('finds a country by code, usual name and beginning, and chooses the first on Enter and on Tab', async () => {
    await press('Add Users');
    for (const [typed, key, name] of [
      ['Kos', 'Enter', 'Kosovo'],
      ['de', 'Tab', 'Germany'],
      ['DEU', 'Enter', 'Germany'],
      ['USA', 'Tab', 'United States'],
      ['UK', 'Enter', 'United Kingdom'],
      ['holland', 'Tab', 'Netherlands'],
      ['Österreich', 'Tab', 'Austria'],
      ['cote d', 'Enter', 'Côte d’Ivoire'],
    ] as const) {
      await country().fill(typed);
      await country().press(key);
      await user.page.waitForFunction(
        ([label, wanted]) =>
          [...document.querySelectorAll('input')].some(
            ({ labels, value }) => labels?.[0]?.textContent?.startsWith(label!) && value === wanted,
          ),
        ['Country', name],
      );
    }
  });

  step('says that no country fits, keeps what was typed, and does not send it', async () => {
    await country().fill('Narnia');
    await country().press('Tab');
    await dialog().getByText('No country is called “Narnia”.').waitFor();
    expect(await country().inputValue()).toBe('Narnia');
    await fill('E-mail', 'eva@northwind.example', dialog());
    await fill('First name', 'Eva', dialog());
    await fill('Last name', 'Nowak', dialog());
    await press('Save', dialog());
    await dialog().getByText('No country is called “Narnia”.').waitFor();
    expect(await country().inputValue()).toBe('Narnia');
    expect(await user.findProblemsInAllViews('add-user-unknown-country')).toEqual([]);
    await country().fill('Poland');
    await country().press('Tab');
  });

  step('asks before it closes and loses what was typed', async () => {
    for (const leave of [
      () => user.page.keyboard.press('Escape'),
      () => user.page.mouse.click(5, 400),
      () => press('Cancel', dialog()),
    ]) {
      await leave();
      await top().getByText('Discard what you have typed?').waitFor();
      await press('Keep editing', top());
      await user.page.getByText('Discard what you have typed?').waitFor({ state: 'detached' });
      expect(await dialog().getByRole('textbox', { name: 'First name' }).inputValue()).toBe('Eva');
    }
  });

  step('returns the focus to the first field after the first user, and keeps the country', async () => {
    await press('Save and add another', dialog());
    await user.page.getByText('Eva Nowak was added and gets a mail.').waitFor();
    await isFocused('E-mail');
    expect(await country().inputValue()).toBe('Poland');
    await user.page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
  });

  step('checks pasted lines and says what is wrong with each', async () => {
    await press('Add Users');
    await dialog().getByText('Several people').click();
    await fill(
      'People',
      [
        'E-mail\tFirst name\tLast name\tCountry\tLanguage',
        'fay@northwind.example\tFay\tKowalska\tpolska\tPolski',
        'gil@northwind.example;Gil;"Stone; the second";UK',
        'nobody,Hal,Hill,Narnia,xx',
        'fay@northwind.example\tFay\tAgain\tPL',
      ].join('\n'),
      dialog(),
    );
    await dialog().getByText('Something is wrong in 2 of 4 lines. Correct them above.').waitFor();
    await lineOf('Hal Hill')
      .getByText(
        'This is no e-mail address. The country is missing or unknown. The language is unknown: en, es, de or pl.',
      )
      .waitFor();
    await lineOf('Fay Again').getByText('The address is in an earlier line, too.').waitFor();
    await lineOf('Gil Stone; the second').getByText('United Kingdom').waitFor();
    expect(await dialog().getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    expect(await user.findProblemsInAllViews('add-many')).toEqual([]);
  });

  step('adds them one by one, says what was refused with the next steps, and keeps what was not added', async () => {
    await fill(
      'People',
      'fay@northwind.example,Fay,Kowalska,PL,pl\nben@northwind.example,Ben,Meyer,GB\ngil@northwind.example,Gil,Stone,UK\nhal@northwind.example,Hal,Hill,UK',
      dialog(),
    );
    await dialog().getByText('4 people can be added.').waitFor();
    let isAway = false;
    await user.page.route('**/users', (route) => {
      isAway ||= route.request().postData()?.includes('gil@') ?? false;
      return isAway ? route.abort() : route.continue();
    });
    await press('Save', dialog());
    await dialog().getByText('The server does not answer. Is the network up?').waitFor();
    await dialog().getByText('1 of 4 were added.').waitFor();
    await lineOf('Hal Hill').getByText('Waiting').waitFor();
    await user.page.unroute('**/users');
    await press('Continue', dialog());
    await dialog().getByText('3 of 4 were added.').waitFor();
    await lineOf('Ben Meyer').getByText('The user is in this account already.').waitFor();
    await lineOf('Ben Meyer').getByRole('link', { name: 'Look at the user' }).waitFor();
    expect(await user.findProblemsInAllViews('add-many-result')).toEqual([]);
    await press('Edit the lines not added', dialog());
    expect(await dialog().getByRole('textbox', { name: 'People' }).inputValue()).toBe(
      'ben@northwind.example,Ben,Meyer,GB',
    );
    await user.page.keyboard.press('Escape');
    await press('Discard', top());
    await dialog().waitFor({ state: 'detached' });
    const { operator } = northwind.test;
    for (const name of ['Kowalska', 'Stone', 'Hill']) {
      const path = `/accounts/${northwind.accountId}/users?search=${name}`;
      expect(expectStatus(200, await operator.get(path)).body.items).toHaveLength(1);
    }
    expect(user.errors).toEqual([]);
  });
});
