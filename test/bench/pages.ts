import { chromiumPath, startBrowser } from '../support/chromium.js';
import type { Rollbook } from './rollbook.js';
import { row, type LatencyRow } from './statistics.js';

/** Measures in a browser how long an administrator waits for the first rows of the list, and for a change by another administrator. Empty without Chromium. */
export async function measurePages(rollbook: Rollbook, times: number): Promise<LatencyRow[]> {
  if (!chromiumPath) return [];
  const { url, account, operator } = rollbook;
  const browser = await startBrowser();
  try {
    const context = await browser.newContext({ baseURL: url, locale: 'en-GB', viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    await page.goto('/login');
    await page.getByRole('button', { name: 'Log in with an access token' }).click();
    await page.getByLabel('Access token').fill(rollbook.operatorToken);
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    await page.waitForURL((address) => address.pathname !== '/login');
    const users = `/accounts/${account}/users`;
    const firstRow = page.locator('tbody tr:has(a[href*="/users/"])').first();
    const opening = [];
    for (let nth = 0; nth < Math.ceil(times / 4); nth++) {
      const began = performance.now();
      await page.goto(users, { waitUntil: 'commit' });
      await firstRow.waitFor();
      opening.push(performance.now() - began);
    }
    const userId = /\/users\/([\w-]+)/.exec((await firstRow.locator('a').first().getAttribute('href'))!)![1]!;
    const before = await firstRow.innerHTML();
    const seen = [];
    for (let nth = 0; nth < times; nth++) {
      await operator.post(`${users}/${userId}/${nth % 2 ? 'unlock' : 'lock'}`);
      const acknowledged = performance.now();
      while (((await firstRow.innerHTML()) === before) !== (nth % 2 === 1)) await page.waitForTimeout(5);
      seen.push(performance.now() - acknowledged);
    }
    return [row('first rows of the list in a browser', opening), row("another's change → seen in the open list", seen)];
  } finally {
    await browser.close();
  }
}
