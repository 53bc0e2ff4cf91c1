import type { Page } from 'playwright-core';
import { pollUntilDefined } from '../support/mail-server.js';
import { expectStatus } from '../support/server.js';
import { chromiumPath, type BrowserUser } from './browser.js';
import { NorthwindFixture } from './northwind.js';
import { pageActions } from './page-actions.js';
import { createSteps } from './steps.js';

const minute = 60_000;

/** An operator sees which mails were not sent and sends them again. */
(chromiumPath ? describe : describe.skip)('in a browser, an operator', () => {
  let northwind: NorthwindFixture;
  let operator: BrowserUser;
  let page: Page;
  const { dialog, row, press } = pageActions(() => page);
  const step = createSteps();

  const add = async (firstName: string): Promise<string> => {
    const email = `${firstName.toLowerCase()}@northwind.example`;
    const person = { email, firstName, lastName: 'Late', country: 'GB' };
    expectStatus(201, await northwind.test.operator.post(`/accounts/${northwind.accountId}/users`, person));
    return email;
  };
  /** Waits until so many mails are in a state, all of which were tried. */
  const waitForMails = (state: 'owed' | 'parked', count: number) =>
    pollUntilDefined(async () => {
      const { items } = (await northwind.test.operator.get(`/mails?state=${state}`)).body;
      return items.filter(({ attempts }: { attempts: number }) => attempts > 0).length === count ? true : undefined;
    });

  beforeAll(async () => {
    northwind = await NorthwindFixture.open();
    await pollUntilDefined(async () =>
      (await northwind.test.operator.get('/mails?state=owed')).body.items.length === 0 ? true : undefined,
    );
    operator = await northwind.logInAsOperator();
    ({ page } = operator);
  }, 180_000);
  afterAll(() => northwind.close());

  step('MAIL-4: sees that no mail was given up', async () => {
    await page.getByRole('link', { name: 'Unsent mails' }).click();
    await page.getByText('No mail was given up.').waitFor();
    expect(await operator.findProblemsInAllViews('mails-none')).toEqual([]);
  });

  step('MAIL-4: sees a waiting mail with recipient, problem and time of the next attempt', async () => {
    await northwind.mailbox.stop();
    await add('Eve');
    await waitForMails('owed', 1);
    await page.getByText(/^Waiting/).click();
    await row(/Link to set a password.*Eve Late.*cannot be reached/).waitFor();
    await page.getByText('Waiting (1)').waitFor();
    expect(await operator.findProblemsInAllViews('mails-waiting')).toEqual([]);
    await press('Link to set a password');
    await dialog()
      .getByRole('row', { name: /Next attempt.*\d{4}/ })
      .waitFor();
    await dialog()
      .getByRole('row', { name: /Error code E/ })
      .waitFor();
    expect(await operator.findProblemsInAllViews('mail')).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
  });

  step('MAIL-4: sends a mail again that was given up', async () => {
    northwind.test.clock.move(24 * 60 * minute);
    await waitForMails('parked', 1);
    // A day later, the session has expired.
    ({ page } = await northwind.logInAsOperator());
    await page.goto('/mails');
    await page.getByLabel('1 mail was given up').waitFor();
    await row(/Eve Late.*None/).waitFor();
    await northwind.mailbox.start();
    await press('Send again: Link to set a password');
    await page.getByText('1 mail is sent again now.').waitFor();
    await northwind.mailbox.waitForMails('eve@northwind.example');
    await page.getByText('No mail was given up.').waitFor();
  });

  step('MAIL-4: sends all shown mails again', async () => {
    await northwind.mailbox.stop();
    const addresses = [await add('Fay'), await add('Gus')];
    await waitForMails('owed', 2);
    await page.goto('/mails?state=owed');
    await row(/Gus Late/).waitFor();
    await northwind.mailbox.start();
    await press('Send all 2 again');
    await page.getByText('2 mails are sent again now.').waitFor();
    for (const address of addresses) await northwind.mailbox.waitForMails(address);
    await page.getByText('No mail waits to be sent.').waitFor();
  });

  step('PERM-1: an administrator has no link to these mails', async () => {
    const ada = await northwind.logInByMail('ada@northwind.example');
    await ada.page.getByRole('link', { name: 'Audit' }).waitFor();
    expect(await ada.page.getByRole('link', { name: 'Unsent mails' }).count()).toBe(0);
    await ada.page.goto('/mails');
    await ada.page.getByRole('alert').waitFor();
  });

  step('had no errors in the console', () => {
    expect(northwind.listErrors()).toEqual([]);
  });
});
