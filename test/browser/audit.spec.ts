import type { Page } from 'playwright-core';
import { expectStatus } from '../support/server.js';
import { chromiumPath, type BrowserUser } from './browser.js';
import { NorthwindFixture } from './northwind.js';
import { pageActions } from './page-actions.js';
import { createSteps } from './steps.js';

/** An administrator reads the audit. */
(chromiumPath ? describe : describe.skip)('in a browser, the audit', () => {
  let northwind: NorthwindFixture;
  let ada: BrowserUser;
  let page: Page;
  const { dialog, row, press } = pageActions(() => page);
  const step = createSteps();
  const choose = (name: string) => page.getByText(name, { exact: true }).click();

  /** Ben gets a role with a reason; Ben and Dora are locked in one act. */
  beforeAll(async () => {
    northwind = await NorthwindFixture.open();
    ada = await northwind.logInByMail('ada@northwind.example');
    ({ page } = ada);
    const { operator } = northwind.test;
    const path = `/accounts/${northwind.accountId}/users`;
    const { items } = expectStatus(200, await operator.get(path)).body as {
      items: { firstName: string; userId: string }[];
    };
    const [ben, dora] = ['Ben', 'Dora'].map((name) => items.find(({ firstName }) => firstName === name)!.userId);
    expectStatus(200, await operator.put(`${path}/${ben}/roles/auditor`, { reason: 'Helps with the review' }));
    expectStatus(
      200,
      await operator.post(`${path}/bulk`, { action: 'lock', userIds: [ben, dora], reason: 'Office is closed' }),
    );
  }, 180_000);
  afterAll(() => northwind.close());

  step('says in three clicks from the list of users who was locked or deleted in the last seven days', async () => {
    await row(/Leon Roth/).waitFor();
    await page.getByRole('link', { name: 'Audit' }).click();
    await choose('Locks and deletions');
    await choose('Last 7 days');
    await row(/User unlocked/)
      .first()
      .waitFor({ state: 'detached' });
    await row(/User locked.*Leon Roth.*Operator.*Lost <b>badge<\/b>/).waitFor();
    await row(/User locked.*2 users.*Ben Meyer, Dora Plain.*Operator.*Office is closed/).waitFor();
    expect(new URL(page.url()).searchParams.get('period')).toBe('last7Days');
    expect(await ada.findProblemsInAllViews('audit-locks')).toEqual([]);
  });

  step('shows the items of an act of several users when it is opened', async () => {
    const act = row(/2 users/).getByRole('button', { name: 'User locked' });
    expect(await act.getAttribute('aria-expanded')).toBe('false');
    await act.press('Enter');
    await row(/^User locked Dora Plain/).waitFor();
    expect(await act.getAttribute('aria-expanded')).toBe('true');
    expect(await row(/^User locked/).count()).toBe(4);
    expect(await ada.findProblemsInAllViews('audit-act')).toEqual([]);
    await act.press('Enter');
    await row(/^User locked Dora Plain/).waitFor({ state: 'detached' });
  });

  step('says which role was given, and what changed, without opening a row', async () => {
    await press('Remove all filters');
    await row(/Role given: Auditor.*Ben Meyer.*Operator.*Helps with the review/).waitFor();
    await row(/User renamed.*First name:.*Leo.*becomes.*Leon/).waitFor();
  });

  step('leaves logins out until they are asked for', async () => {
    expect(await row(/Logged in/).count()).toBe(0);
    await page.getByRole('switch', { name: 'Show logins' }).click();
    await row(/Logged in.*Ada Lovelace/).waitFor();
    expect(new URL(page.url()).searchParams.get('logins')).toBe('true');
    expect(await ada.findProblemsInAllViews('audit-logins')).toEqual([]);
  });

  step('asks for dates when the period is another one', async () => {
    await choose('Other dates');
    await page.getByLabel('From', { exact: true }).fill('2020-01-01');
    await page.getByLabel('To', { exact: true }).fill('2020-01-31');
    await page.getByText('Nothing fits these filters.').waitFor();
    await choose('Today');
    await row(/Role given: Auditor.*Ben Meyer/).waitFor();
    expect(new URL(page.url()).search).not.toContain('from=');
    expect(await page.getByLabel('From', { exact: true }).count()).toBe(0);
  });

  step('leads by a name to the user, and back', async () => {
    await row(/Role given: Auditor.*Ben Meyer/)
      .getByRole('link', { name: 'Ben Meyer' })
      .click();
    await page.getByRole('heading', { name: 'Ben Meyer' }).waitFor();
    await page.goBack();
    await row(/Role given: Auditor.*Ben Meyer/)
      .getByRole('button', { name: 'Role given: Auditor' })
      .click();
    await dialog().getByText('Helps with the review').waitFor();
    expect(await ada.findProblemsInAllViews('audit-details')).toEqual([]);
  });

  it('had no errors in the console', () => {
    expect(northwind.listErrors()).toEqual([]);
  });
});
