import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Page } from 'playwright-core';
import { insecureHost } from '../support/chromium.js';
import { linkIn } from '../support/mailbox.js';
import { expectStatus } from '../support/server.js';
import { chromiumPath, type Visitor } from './browser.js';
import { Northwind, hands, password } from './northwind.js';
import { steps } from './steps.js';

/** Addresses of the streams of changes that are open. */
const streams = new Set<string>();
subscribe('http.server.request.start', (message) => {
  const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
  const stream = `${request.socket.remotePort} ${request.url}`;
  if (!request.url!.includes('/changes')) return;
  streams.add(stream);
  response.on('close', () => streams.delete(stream));
});

/** Looks again and again, until Jest's time is up. */
async function until(condition: () => unknown): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** As when another tab is brought to the front, or this one: pages of a headless browser are all visible. */
const show = (page: Page, state: 'visible' | 'hidden') =>
  page.evaluate((visibilityState) => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => visibilityState });
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
  }, state);

/** Many tabs of one browser. */
(chromiumPath ? describe : describe.skip)('in a browser', () => {
  const step = steps();
  let northwind: Northwind;
  let ada: Visitor;
  let tabs: Page[];
  let leo: string;

  beforeAll(async () => {
    northwind = await Northwind.open();
    leo = `/accounts/${northwind.accountId}/users/${northwind.leo}`;
    ada = await northwind.enter('ada@northwind.example');
    tabs = [ada.page];
  }, 180_000);
  afterAll(() => northwind.close());

  const rename = async (lastName: string) => expectStatus(200, await northwind.test.operator.patch(leo, { lastName }));
  const allSee = (lastName: string) =>
    Promise.all(tabs.map((tab) => tab.getByRole('row', { name: new RegExp(lastName) }).waitFor()));

  step('UI-1: eight tabs stay usable, and all follow what changes, by one stream', async () => {
    while (tabs.length < 8) {
      const tab = await ada.context.newPage();
      await tab.goto(`/accounts/${northwind.accountId}/users`);
      tabs.push(tab);
    }
    await allSee('Leon Roth');
    await rename('Rothe');
    await allSee('Leon Rothe');
    await until(() => streams.size === 1);
    for (const tab of tabs) {
      await tab.getByRole('searchbox').fill('Lovelace');
      await tab.getByRole('row', { name: /Ada Lovelace/ }).waitFor();
      await tab.getByRole('searchbox').fill('');
    }
    await allSee('Leon Rothe');
  });

  step('UI-1: the stream goes on without the tab that began it', async () => {
    await tabs.shift()!.close();
    await rename('Rothmann');
    await allSee('Leon Rothmann');
    await until(() => streams.size === 1);
  });

  step(
    'UI-1: no stream is open while no tab is visible, and a tab that is shown again has missed nothing',
    async () => {
      for (const tab of tabs) await show(tab, 'hidden');
      await until(() => streams.size === 0);
      await rename('Rothwell');
      await show(tabs[0]!, 'visible');
      await tabs[0]!.getByRole('row', { name: /Leon Rothwell/ }).waitFor();
      await until(() => streams.size === 1);
      expect(await tabs[1]!.getByRole('row', { name: /Leon Rothmann/ }).count()).toBe(1);
      for (const tab of tabs) await show(tab, 'visible');
      await allSee('Leon Rothwell');
      await until(() => streams.size === 1);
    },
  );

  step(
    'UI-2: where somebody else logs in in one tab, the others are loaded anew, and follow as that user',
    async () => {
      for (const tab of tabs.splice(3)) await tab.close();
      const [elsewhere, ...others] = tabs;
      const [welcome] = await northwind['box'].to('ben@northwind.example');
      await elsewhere!.goto(`/set-password#${linkIn(welcome!)}`);
      await elsewhere!.locator('input[type=password]').first().fill(password);
      await elsewhere!.locator('input[type=password]').last().fill(password);
      await hands(() => elsewhere!).press('Set and log in');
      await elsewhere!.getByRole('row', { name: /Leon Rothwell/ }).waitFor();
      for (const tab of others) {
        await tab.getByRole('button', { name: 'Your menu' }).click();
        await tab.getByText('Ben Meyer (ben@northwind.example)').first().waitFor();
        await tab.keyboard.press('Escape');
      }
      await rename('Rothe');
      await allSee('Leon Rothe');
      await until(() => streams.size === 1);
    },
  );

  step('UI-2: whoever logs out in one tab is out in all, and no stream is left', async () => {
    const { press } = hands(() => tabs[0]!);
    await press('Your menu');
    await tabs[0]!.getByRole('menuitem', { name: 'Log out' }).click();
    await Promise.all(tabs.map((tab) => tab.getByRole('heading', { name: 'Log in' }).waitFor()));
    await until(() => streams.size === 0);
  });

  step('UI-1: tabs of several accounts share one stream', async () => {
    const operator = await northwind.enterAsOperator();
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
    await until(() => streams.size === 1);
    await operator.context.close();
  });

  step('UI-1: where there is no TLS, and so no locks, a tab follows while it is visible', async () => {
    const phone = await northwind.enterAsOperator(
      undefined,
      undefined,
      northwind.test.server.url.replace('127.0.0.1', insecureHost),
    );
    expect(await phone.page.evaluate(() => isSecureContext)).toBe(false);
    await phone.page.goto(`/accounts/${northwind.accountId}/users`);
    await phone.page.getByRole('row', { name: /Leon Rothstein/ }).waitFor();
    await rename('Roth');
    await phone.page.getByRole('row', { name: /Leon Roth / }).waitFor();
    await show(phone.page, 'hidden');
    await until(() => streams.size === 0);
    expect(ada.errors).toEqual([]);
  });
});
