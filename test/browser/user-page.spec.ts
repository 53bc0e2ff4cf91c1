import type { Page } from 'playwright-core';
import { expectStatus } from '../support/server.js';
import { chromiumPath, type BrowserUser } from './browser.js';
import { NorthwindFixture } from './northwind.js';
import { pageActions } from './page-actions.js';
import { createSteps } from './steps.js';

/** An administrator uses the pages of a user and of the audit. */
(chromiumPath ? describe : describe.skip)('in a browser, an administrator', () => {
  let northwind: NorthwindFixture;
  let ada: BrowserUser;
  let page: Page;
  const { dialog, row, press, fill, pickOption, readRefusal } = pageActions(() => page);
  const step = createSteps();

  beforeAll(async () => {
    northwind = await NorthwindFixture.open();
    ada = await northwind.logInByMail('ada@northwind.example');
    ({ page } = ada);
  }, 180_000);
  afterAll(() => northwind.close());

  step('sees a user with their history, and the possible actions', async () => {
    await page.getByRole('link', { name: 'Roth, Leon' }).click();
    await page.getByRole('heading', { name: 'Leon Roth' }).waitFor();
    await page
      .getByRole('region', { name: 'History' })
      .getByText('Reason: Lost <b>badge</b>', { exact: true })
      .waitFor();
    expect(await readRefusal('Lock')).toBeNull();
    expect(await page.getByRole('button', { name: /Reject|Unlock|Restore/ }).count()).toBe(0);
    expect(await ada.findProblemsInAllViews('user-history')).toEqual([]);
  });

  step('locks the user there, and the history shows it', async () => {
    await press('Lock');
    await dialog().getByText('1 user will change.').waitFor();
    await fill('Reason', 'On leave', dialog());
    await press('Confirm', dialog());
    await page.getByRole('region', { name: 'History' }).getByText('Reason: On leave', { exact: true }).waitFor();
    await page.getByRole('table', { name: 'Details' }).getByText('Locked by an administrator').waitFor();
  });

  step('goes back change by change with the arrow keys; the address has the moment', async () => {
    const slider = page.getByRole('slider', { name: 'Change to look at' });
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/^Change 5 of 5: “User locked” by Ada Lovelace, /);
    await slider.press('ArrowLeft');
    await page.waitForURL(/\?at=3$/);
    await page
      .getByRole('status')
      .filter({ hasText: /^As of .*: after “User unlocked” by Operator/ })
      .waitFor();
    await row(/^Locks None Changed Before: Locked by an administrator.*Lost <b>badge<\/b>/).waitFor();
    await slider.press('ArrowLeft');
    await page.waitForURL(/\?at=2$/);
    await row(/^Locks Locked by an administrator.*Changed Before: None/).waitFor();
    expect(await ada.findProblemsInAllViews('user-replay')).toEqual([]);
    await page.reload();
    await row(/^Locks Locked by an administrator.*Changed Before: None/).waitFor();
    await press('Back to now');
    await page.waitForURL((url) => url.search === '');
    await row(/^Locks Locked by an administrator.*On leave/).waitFor();
  });

  step('sees a user at a time, also before they were in the account', async () => {
    await page.getByRole('link', { name: 'User added' }).click();
    await page.waitForURL(/\?at=0$/);
    await row(/^Name Leo Roth/).waitFor();
    await page.getByLabel('As of').fill('2001-01-01T12:00');
    await press('Show');
    await page.getByText('At that moment this account had nothing to do with the user.').waitFor();
    await press('Back to now');
    await row(/^Name Leon Roth/).waitFor();
  });

  step('changes a name without overwriting concurrent changes', async () => {
    await press('Change');
    await dialog().getByLabel('Last name').waitFor();
    expect(await ada.findProblemsInAllViews('user-change')).toEqual([]);
    expectStatus(
      200,
      await northwind.test.operator.patch(`/accounts/${northwind.accountId}/users/${northwind.leoId}`, {
        country: 'AT',
      }),
    );
    await row(/^Country Austria/).waitFor();
    await dialog().getByLabel('Last name').fill('Rot');
    await fill('Reason', 'Is written\nso', dialog());
    await press('Save', dialog());
    await dialog().getByText('Somebody else changed this in the meantime.').waitFor();
    expect(await dialog().getByRole('combobox', { name: 'Country', exact: true }).inputValue()).toBe('Austria');
    expectStatus(
      200,
      await northwind.test.operator.patch(`/accounts/${northwind.accountId}/users/${northwind.leoId}`, {
        lastName: 'Rote',
      }),
    );
    await press('Save', dialog());
    await dialog().getByText('Somebody else has made this: Rote').waitFor();
    expect(await dialog().getByLabel('Last name').inputValue()).toBe('Rot');
    expect(await ada.findProblemsInAllViews('user-change-stale')).toEqual([]);
    await press('Save', dialog());
    await page.getByRole('heading', { name: 'Leon Rot', exact: true }).waitFor();
    await row(/^Country Austria/).waitFor();
    await page.getByRole('region', { name: 'History' }).getByText('Reason: Is written so').waitFor();
  });

  step('finds a lock in the audit, with its actor and reason', async () => {
    await page.getByRole('link', { name: 'Audit' }).click();
    await pickOption('What was done', 'locked', 'User locked');
    await row(/User unlocked/)
      .first()
      .waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toContain('user.locked');
    await pickOption('Who did it', 'lovel', /Ada Lovelace/);
    await row(/Operator/)
      .first()
      .waitFor({ state: 'detached' });
    expect(page.url()).not.toMatch(/lovel/i);
    await row(/User locked.*Leon Rot.*Ada Lovelace.*On leave/).waitFor();
    expect(await ada.findProblemsInAllViews('audit')).toEqual([]);
    await press('User locked');
    await dialog().getByText('Locked by an administrator, Reason: On leave').waitFor();
    expect(await ada.findProblemsInAllViews('audit-row')).toEqual([]);
    await press('Show the whole act', dialog());
    await page.waitForURL(/correlation=/);
    await row(/User locked.*Leon Rot/).waitFor();
    expect(await page.getByRole('table', { name: 'Audit' }).getByRole('row').count()).toBe(2);
  });

  step('ignores invalid parameters in an address', async () => {
    const of = `/accounts/${northwind.accountId}`;
    for (const nonsense of ['abc', '-1', '2026-02-30T00:00Z']) {
      await page.goto(`${of}/users/${northwind.leoId}?at=${nonsense}`);
      await page.waitForURL((url) => url.search === '');
      await row(/^Name Leon Rot/).waitFor();
      expect(await page.getByRole('button', { name: 'Back to now' }).count()).toBe(0);
    }
    await page.goto(`${of}/users/${northwind.leoId}?at=999`);
    await page.getByText(/^Change (\d+) of \1$/).waitFor();
    await page.goto(`${of}/users?status=foo&role=king&lastLoginBefore=2026-13-01&sort=lastName`);
    await row(/Leon Rot/).waitFor();
    expect(new URL(page.url()).search).toBe('?sort=lastName');
    const browser = await page.context().newCDPSession(page);
    await browser.send('Emulation.setTimezoneOverride', { timezoneId: 'America/Los_Angeles' });
    await page.goto(`${of}/users?lastLoginBefore=2026-11-20`);
    await page.getByText('No login since 20 Nov 2026').waitFor();
    await browser.send('Emulation.setTimezoneOverride', { timezoneId: '' });
    await page.goto(`${of}/audit?from=abc&to=2026-02-30&action=nope&actor=12`);
    await row(/User locked.*Leon Rot/)
      .first()
      .waitFor();
    expect(new URL(page.url()).search).toBe('');
  });

  step('reads names and reasons of one long word without scrolling sideways', async () => {
    const { operator } = northwind.test;
    const users = `/accounts/${northwind.accountId}/users`;
    const { userId } = expectStatus(
      201,
      await operator.post(users, {
        email: 'long@northwind.example',
        firstName: 'W'.repeat(100),
        lastName: 'Long',
        country: 'GB',
      }),
    ).body;
    expectStatus(200, await operator.post(`${users}/${userId}/lock`, { reason: 'x'.repeat(500) }));
    await page.goto(users);
    await row(/Long/).getByRole('img', { name: /xxx/ }).focus();
    await page.getByRole('tooltip').waitFor();
    expect(await ada.findProblemsInAllViews('user-long-padlock')).toEqual([]);
    await page.goto(`${users}/${userId}?at=1`);
    await page
      .getByRole('region', { name: 'History' })
      .getByText(/^Reason: x/)
      .waitFor();
    expect(await ada.findProblemsInAllViews('user-long')).toEqual([]);
    for (const name of ['Change', 'Delete']) {
      if (name === 'Delete') await press('More');
      await page.getByRole(name === 'Delete' ? 'menuitem' : 'button', { name, exact: true }).click();
      await dialog()
        .getByText(/W{100}/)
        .waitFor();
      await ada.setView('phone');
      expect(await dialog().evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
      await ada.setView('light');
      await press('Cancel', dialog());
      await dialog().waitFor({ state: 'detached' });
    }
  });

  step('has no errors in the console', () => {
    expect(northwind.listErrors()).toEqual([]);
  });
});
