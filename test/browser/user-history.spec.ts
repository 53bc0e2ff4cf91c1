import type { Page } from 'playwright-core';
import { expectStatus } from '../support/server.js';
import { chromiumPath, type BrowserUser } from './browser.js';
import { NorthwindFixture } from './northwind.js';
import { pageActions } from './page-actions.js';
import { createSteps } from './steps.js';

/** What a user's page says first, and how it shows the user's past. */
(chromiumPath ? describe : describe.skip)('in a browser, an administrator', () => {
  let northwind: NorthwindFixture;
  let ada: BrowserUser;
  let page: Page;
  let users: string;
  const missing: string[] = [];
  const { dialog, row, press } = pageActions(() => page);
  const banner = (text: RegExp) => page.getByRole('status').filter({ hasText: text });
  const step = createSteps();

  beforeAll(async () => {
    northwind = await NorthwindFixture.open();
    users = `/accounts/${northwind.accountId}/users`;
    ada = await northwind.logInByMail('ada@northwind.example');
    ({ page } = ada);
    page.on('response', (response) => response.status() === 404 && missing.push(response.url()));
  }, 180_000);
  afterAll(() => northwind.close());

  step('sees the lock of a user with time, actor and reason, and unlocks them there', async () => {
    const { operator } = northwind.test;
    expectStatus(200, await operator.post(`${users}/${northwind.leoId}/lock`, { reason: 'Phone was stolen' }));
    await page.goto(`${users}/${northwind.leoId}`);
    const locked = banner(/^Locked since .* by Operator/);
    await locked.getByText('Reason: Phone was stolen').waitFor();
    // Leon has never logged in, so he keeps no entitlements.
    expect(await locked.getByText(/entitlements/i).count()).toBe(0);
    expect(await ada.findProblemsInAllViews('user-locked')).toEqual([]);
    await press('Unlock', locked);
    await page.getByRole('button', { name: 'Lock', exact: true }).waitFor();
    await locked.waitFor({ state: 'detached' });
  });

  step('sees until when a locked user keeps their entitlements, if they have ever logged in', async () => {
    const { operator } = northwind.test;
    const dora = expectStatus(200, await operator.get(`${users}?search=dora`)).body.items[0].userId as string;
    expectStatus(201, await operator.post(`/users/${dora}/logins`, { method: 'password' }));
    expectStatus(200, await operator.post(`${users}/${dora}/lock`, { reason: 'Left early' }));
    await page.goto(`${users}/${dora}`);
    await banner(/^Locked since/)
      .getByText(/^Keeps entitlements until/)
      .waitFor();
  });

  step('restores a deleted user from the notice that says until when that is possible', async () => {
    expectStatus(
      200,
      await northwind.test.operator.post(`${users}/${northwind.leoId}/delete`, { reason: 'Contract has ended' }),
    );
    await page.goto(`${users}/${northwind.leoId}`);
    const deleted = banner(/^Deleted on .* by Operator/);
    await deleted.getByText('Reason: Contract has ended').waitFor();
    await deleted.getByText(/^Restorable until/).waitFor();
    expect(await ada.findProblemsInAllViews('user-deleted')).toEqual([]);
    await press('Restore', deleted);
    await press('Confirm', dialog());
    await page.getByRole('button', { name: 'Lock', exact: true }).waitFor();
    await deleted.waitFor({ state: 'detached' });
  });

  step('approves a user who waits', async () => {
    const { userId } = expectStatus(
      201,
      await northwind.test.operator.post('/registrations', {
        email: 'otto@northwind.example',
        firstName: 'Otto',
        lastName: 'Later',
        country: 'PL',
      }),
    ).body;
    await page.goto(`${users}/${userId}`);
    const waiting = banner(/^Waiting for approval since/);
    await waiting.getByRole('button', { name: 'Reject' }).waitFor();
    expect(await ada.findProblemsInAllViews('user-pending')).toEqual([]);
    // The registration itself happened in no account: this account sees the user from the second change on.
    await page.goto(`${users}/${userId}?at=0`);
    await page.getByText('At that moment this account had nothing to do with the user.').waitFor();
    await press('Back to now');
    await press('Approve', waiting);
    await press('Confirm', dialog());
    await waiting.waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Approval requested' }).click();
    await row(/^Status Pending Now: Active/i).waitFor();
    expect(missing).toEqual([]);
  });

  step('shows a moment by a click on a row, with what differs before and now, and comes back', async () => {
    await page.goto(`${users}/${northwind.leoId}`);
    const history = page.getByRole('region', { name: 'History' });
    await history.getByText('Reason: Phone was stolen').click();
    await page.waitForURL(/\?at=4$/);
    await banner(/^As of .*: after “User locked” by Operator$/).waitFor();
    await row(/^Locks Locked by an administrator.*Phone was stolen.*Changed Before: None Now: None/).waitFor();
    expect(await history.locator('[aria-current=step]').textContent()).toMatch(/Shown.*Phone was stolen/);
    await page.getByRole('button', { name: 'One change earlier' }).focus();
    for (let presses = 0; presses < 2; presses++) await page.keyboard.press('Enter');
    await page.waitForURL(/\?at=2$/);
    await banner(/“User locked”/).waitFor();
    expect(await ada.findProblemsInAllViews('user-moment')).toEqual([]);
    await press('Back to now');
    await page.waitForURL((url) => url.search === '');
    await banner(/^Now\. Last change: “User restored” by Ada Lovelace/).waitFor();
    expect(await page.getByText('Shown', { exact: true }).count()).toBe(0);
  });

  step('sees logins on request only', async () => {
    const { operator } = northwind.test;
    for (let nth = 0; nth < 3; nth++)
      expectStatus(201, await operator.post(`/users/${northwind.leoId}/logins`, { method: 'password' }));
    await page.goto(`${users}/${northwind.leoId}`);
    const history = page.getByRole('region', { name: 'History' });
    await history.getByText('User added', { exact: true }).waitFor();
    expect(await history.getByText('Logged in', { exact: true }).count()).toBe(0);
    await history.getByRole('switch', { name: 'Show logins' }).focus();
    await page.keyboard.press('Space');
    await history.getByText('Logged in', { exact: true }).nth(2).waitFor();
    // Logins are no changes.
    await page.getByText('Change 8 of 8', { exact: true }).waitFor();
  });

  step('copies the id, and changes roles from the details', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await press('Copy: User id');
    await page.getByRole('status').filter({ hasText: 'Copied' }).waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(northwind.leoId);
    await press('Change roles');
    await dialog().getByText('Roles of Leon Roth').waitFor();
    await page.keyboard.press('Escape');
  });

  step('has no errors in the console', () => {
    expect(northwind.listErrors()).toEqual([]);
  });
});
