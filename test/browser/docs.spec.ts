import type { Browser } from 'playwright-core';
import { startTestServer, type TestServer } from '../support/server.js';
import { BrowserUser, chromiumPath, startBrowser } from './browser.js';

(chromiumPath ? describe : describe.skip)('in a browser', () => {
  let test: TestServer;
  let browser: Browser;
  beforeAll(async () => {
    test = await startTestServer();
    browser = await startBrowser();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await test.close();
  });

  it('HTTP-10: the API documentation works under its content security policy', async () => {
    const { page, errors } = await BrowserUser.open(browser, test.server.url);
    const answer = await page.goto('/api/docs');
    expect(answer!.headers()['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; /);
    await page.getByText('/api/v1/accounts/{accountId}/users').first().click();
    await page.getByText('Rollbook-Min-Position').first().waitFor();
    await page.getByRole('button', { name: 'Authorize' }).first().click();
    await page.getByText('bearer (http, Bearer)').waitFor();
    expect(errors).toEqual([]);
  });
});
