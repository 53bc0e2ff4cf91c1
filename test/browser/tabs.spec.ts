import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Page } from 'playwright-core';
import { insecureHost } from '../support/chromium.js';
import { linkSecretIn } from '../support/mail-server.js';
import { expectStatus } from '../support/server.js';
import { chromiumPath, type BrowserUser } from './browser.js';
import { NorthwindFixture, password } from './northwind.js';
import { pageActions } from './page-actions.js';
import { createSteps } from './steps.js';

/** The addresses of the open streams of changes. */
const openStreams = new Set<string>();
subscribe('http.server.request.start', (message) => {
  const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
  const stream = `${request.socket.remotePort} ${request.url}`;
  if (!request.url!.includes('/changes')) return;
  openStreams.add(stream);
  response.on('close', () => openStreams.delete(stream));
});

/** Waits until a condition holds; Jest's time-out is the limit. */
async function waitUntil(condition: () => unknown): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Simulates that a tab is shown or hidden, because in a headless browser all tabs are visible. */
const setVisibility = (page: Page, state: 'visible' | 'hidden') =>
  page.evaluate((visibilityState) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => visibilityState });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, state);

/** Several tabs of one browser. */
(chromiumPath ? describe : describe.skip)('in a browser', () => {
  const step = createSteps();
  let northwind: NorthwindFixture;
  let ada: BrowserUser;
  let tabs: Page[];
  let leoPath: string;

  beforeAll(async () => {
    northwind = await NorthwindFixture.open();
    leoPath = `/accounts/${northwind.accountId}/users/${northwind.leoId}`;
    ada = await northwind.logInByMail('ada@northwind.example');
    tabs = [ada.page];
  }, 180_000);
  afterAll(() => northwind.close());

  const rename = async (lastName: string) =>
    expectStatus(200, await northwind.test.operator.patch(leoPath, { lastName }));
  const waitForNameInAllTabs = (lastName: string) =>
    Promise.all(tabs.map((tab) => tab.getByRole('row', { name: new RegExp(lastName) }).waitFor()));

  step('UI-1: eight tabs stay usable, and all follow the changes by one stream', async () => {
    while (tabs.length < 8) {
      const tab = await ada.context.newPage();
      await tab.goto(`/accounts/${northwind.accountId}/users`);
      tabs.push(tab);
    }
    await waitForNameInAllTabs('Leon Roth');
    await rename('Rothe');
    await waitForNameInAllTabs('Leon Rothe');
    await waitUntil(() => openStreams.size === 1);
    for (const tab of tabs) {
      await tab.getByRole('searchbox').fill('Lovelace');
      await tab.getByRole('row', { name: /Ada Lovelace/ }).waitFor();
      await tab.getByRole('searchbox').fill('');
    }
    await waitForNameInAllTabs('Leon Rothe');
  });

  step('UI-1: the stream goes on when the tab that opened it is closed', async () => {
    await tabs.shift()!.close();
    await rename('Rothmann');
    await waitForNameInAllTabs('Leon Rothmann');
    await waitUntil(() => openStreams.size === 1);
  });

  step(
    'UI-1: no stream is open while no tab is visible, and a tab that becomes visible gets the missed changes',
    async () => {
      for (const tab of tabs) await setVisibility(tab, 'hidden');
      await waitUntil(() => openStreams.size === 0);
      await rename('Rothwell');
      await setVisibility(tabs[0]!, 'visible');
      await tabs[0]!.getByRole('row', { name: /Leon Rothwell/ }).waitFor();
      await waitUntil(() => openStreams.size === 1);
      expect(await tabs[1]!.getByRole('row', { name: /Leon Rothmann/ }).count()).toBe(1);
      for (const tab of tabs) await setVisibility(tab, 'visible');
      await waitForNameInAllTabs('Leon Rothwell');
      await waitUntil(() => openStreams.size === 1);
    },
  );

  step('UI-2: when another user logs in in one tab, the others reload and follow as that user', async () => {
    for (const tab of tabs.splice(3)) await tab.close();
    const [elsewhere, ...others] = tabs;
    const [welcome] = await northwind.mailbox.waitForMails('ben@northwind.example');
    await elsewhere!.goto(`/set-password#${linkSecretIn(welcome!)}`);
    await elsewhere!.locator('input[type=password]').first().fill(password);
    await elsewhere!.locator('input[type=password]').last().fill(password);
    await pageActions(() => elsewhere!).press('Set and log in');
    await elsewhere!.getByRole('row', { name: /Leon Rothwell/ }).waitFor();
    for (const tab of others) {
      await tab.getByRole('button', { name: 'Your menu' }).click();
      await tab.getByText('Ben Meyer (ben@northwind.example)').first().waitFor();
      await tab.keyboard.press('Escape');
    }
    await rename('Rothe');
    await waitForNameInAllTabs('Leon Rothe');
    await waitUntil(() => openStreams.size === 1);
  });

  step('UI-2: a logout in one tab is a logout in all, and closes the stream', async () => {
    const { press } = pageActions(() => tabs[0]!);
    await press('Your menu');
    await tabs[0]!.getByRole('menuitem', { name: 'Log out' }).click();
    await Promise.all(tabs.map((tab) => tab.getByRole('heading', { name: 'Log in' }).waitFor()));
    await waitUntil(() => openStreams.size === 0);
  });

  step('UI-1: tabs of several accounts share one stream', async () => {
    const operator = await northwind.logInAsOperator();
    const { items } = expectStatus(200, await northwind.test.operator.get('/accounts')).body as {
      items: { accountId: string; name: string }[];
    };
    const contoso = items.find(({ name }) => name === 'Contoso')!.accountId;
    await operator.page.goto(`/accounts/${northwind.accountId}/users`);
    const second = await operator.context.newPage();
    await second.goto(`/accounts/${contoso}/users`);
    await second.getByRole('row', { name: /Grace Hopper/ }).waitFor();
    await rename('Rothstein');
    await operator.page.getByRole('row', { name: /Leon Rothstein/ }).waitFor();
    expectStatus(
      201,
      await northwind.test.operator.post(`/accounts/${contoso}/users`, {
        email: 'new@contoso.example',
        firstName: 'Nora',
        lastName: 'New',
        country: 'GB',
      }),
    );
    await second.getByRole('row', { name: /Nora New/ }).waitFor();
    await waitUntil(() => openStreams.size === 1);
    await operator.context.close();
  });

  step('UI-1: a change that comes while a list is loaded for the first time is shown', async () => {
    const { context, page } = await northwind.logInAsOperator();
    const list = /\/accounts\/[^/]+\/users\?/;
    const isRead = Promise.withResolvers<void>();
    const isReleased = Promise.withResolvers<void>();
    await page.route(
      list,
      async (route) => {
        const response = await route.fetch();
        isRead.resolve();
        await isReleased.promise;
        await route.fulfill({ response });
      },
      { times: 1 },
    );
    await page.goto(`/accounts/${northwind.accountId}/users`);
    await isRead.promise;
    const again = page.waitForRequest(list);
    await rename('Rothfuss');
    await again;
    isReleased.resolve();
    await page.getByRole('row', { name: /Leon Rothfuss/ }).waitFor();
    await context.close();
  });

  step('UI-1: without TLS, and so without locks, a tab follows while it is visible', async () => {
    const phone = await northwind.logInAsOperator(
      undefined,
      undefined,
      northwind.test.server.url.replace('127.0.0.1', insecureHost),
    );
    expect(await phone.page.evaluate(() => isSecureContext)).toBe(false);
    await phone.page.goto(`/accounts/${northwind.accountId}/users`);
    await phone.page.getByRole('row', { name: /Leon Rothfuss/ }).waitFor();
    await rename('Roth');
    await phone.page.getByRole('row', { name: /Leon Roth / }).waitFor();
    await setVisibility(phone.page, 'hidden');
    await waitUntil(() => openStreams.size === 0);
    expect(ada.errors).toEqual([]);
  });
});
