import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { chromiumPath, type BrowserUser } from './browser.js';
import { NorthwindFixture } from './northwind.js';
import { pageActions } from './page-actions.js';
import { createSteps } from './steps.js';

/** An administrator issues tokens, uses one, and finds unused tokens. */
(chromiumPath ? describe : describe.skip)('in a browser, an administrator', () => {
  let northwind: NorthwindFixture;
  let ada: BrowserUser;
  let page: Page;
  const { dialog, row, press, fill } = pageActions(() => page);
  const step = createSteps();

  /** Issues a token and returns its secret and the sample command; leaves the dialog open. */
  async function issue(name: string): Promise<{ secret: string; sample: string }> {
    await press('Issue an access token');
    await fill('What it is for', name, dialog());
    await dialog().getByLabel('See users').check();
    await press('Issue', dialog());
    const secret = await dialog().getByLabel('Access token', { exact: true }).inputValue();
    return { secret, sample: await dialog().locator('pre').innerText() };
  }
  const closeSecret = async () => {
    await dialog().getByRole('button', { name: 'Close' }).last().click();
    await dialog().waitFor({ state: 'detached' });
  };

  beforeAll(async () => {
    northwind = await NorthwindFixture.open();
    ada = await northwind.logInByMail('ada@northwind.example');
    ({ page } = ada);
    await page.goto('/access-tokens');
  }, 180_000);
  afterAll(() => northwind.close());

  step('gets a command with a new token that works as it is, and a link to the API documentation', async () => {
    const { secret, sample } = await issue('Nightly Ölmühle export');
    expect(sample).toContain(secret);
    expect(
      await dialog()
        .getByRole('link', { name: /API documentation/ })
        .getAttribute('href'),
    ).toBe('/api/docs');
    expect(await ada.findProblemsInAllViews('token-sample')).toEqual([]);
    // The server runs in this process, so the command must not block it.
    const { stdout } = await promisify(execFile)('sh', ['-c', `${sample} --silent`]);
    expect(JSON.parse(stdout)).toMatchObject({ actor: { kind: 'user' }, scopes: ['users:read'] });
    await closeSecret();
    expect(await page.content()).not.toContain(secret);
  });

  step('TOKEN-15: sees when a token was last used, and that another never was', async () => {
    await issue('Unused');
    await closeSecret();
    await row(/Unused.*Live.*Never/).waitFor();
    await row(/Nightly.*Live.*\d{4}/).waitFor();
    await press('Nightly Ölmühle export');
    await dialog()
      .getByRole('row', { name: /Last used.*\d{4}/ })
      .waitFor();
    await dialog().getByRole('button', { name: 'Copy: Token id' }).waitFor();
    expect(await ada.findProblemsInAllViews('token-details')).toEqual([]);
    await page.keyboard.press('Escape');
  });

  step('TOKEN-16: finds tokens by name and holder, sorts them and filters by state', async () => {
    const search = page.getByRole('searchbox', { name: 'Search by name or holder' });
    await search.fill('olmuhle');
    await row(/Unused/).waitFor({ state: 'detached' });
    await page.getByRole('status').filter({ hasText: '1 token' }).waitFor();
    await search.fill('lovelace');
    await page.getByRole('status').filter({ hasText: '2 tokens' }).waitFor();
    await search.fill('no such token');
    await page.getByText('No access token fits.').waitFor();
    await search.fill('');
    await row(/Unused/).waitFor();

    await press('What it is for');
    await page.waitForFunction(() => document.querySelector('tbody tr button')?.textContent?.startsWith('Nightly'));
    await press('End the access token Unused');
    await press('End', dialog());
    await dialog().waitFor({ state: 'detached' });
    await page.getByText('Ended (1)').click();
    await row(/Nightly/).waitFor({ state: 'detached' });
    await row(/Unused.*Ended/).waitFor();
    expect(await ada.findProblemsInAllViews('tokens-ended')).toEqual([]);
  });

  step('had no errors in the console', () => {
    expect(northwind.listErrors()).toEqual([]);
  });
});
