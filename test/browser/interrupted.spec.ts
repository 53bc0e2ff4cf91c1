import { expectStatus } from '../support/server.js';
import { insecureHost } from '../support/chromium.js';
import { chromiumPath, type BrowserUser } from './browser.js';
import { NorthwindFixture, password } from './northwind.js';
import { pageActions } from './page-actions.js';

/** Interruptions: ended sessions, failed streams, pages without TLS. */
(chromiumPath ? describe : describe.skip)('in a browser', () => {
  let northwind: NorthwindFixture;
  let users: string;
  beforeAll(async () => {
    northwind = await NorthwindFixture.open();
    users = `/accounts/${northwind.accountId}/users`;
  }, 180_000);
  afterAll(() => northwind.close());

  /** Ends a session by the API, not by the page. */
  const endSession = async ({ context }: BrowserUser): Promise<void> => {
    const { status } = await fetch(`${northwind.test.server.url}/api/v1/logout`, {
      method: 'POST',
      headers: {
        origin: northwind.test.server.url,
        cookie: (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; '),
      },
    });
    expect(status).toBeLessThan(300);
  };

  it('opens the login page when the session was ended elsewhere, and returns after the login', async () => {
    const ada = await northwind.logInByMail('ada@northwind.example');
    const { page } = ada;
    await page.goto(`${users}?country=GB`);
    await page.getByRole('heading', { name: 'Users' }).waitFor();
    await endSession(ada);
    // The next change closes the stream, so the page notices without an input.
    expectStatus(200, await northwind.test.operator.patch(`${users}/${northwind.leoId}`, { country: 'AT' }));
    await page.waitForURL((url) => url.pathname === '/login');
    await page.getByRole('textbox', { name: 'E-mail' }).fill('ada@northwind.example');
    await page.locator('input[type=password]').fill(password);
    await pageActions(() => page).press('Log in');
    await page.waitForURL((url) => url.pathname + url.search === `${users}?country=GB`);
    await page.getByRole('heading', { name: 'Users' }).waitFor();

    await page.goto('/profile');
    const elsewhere = page.getByRole('link', { name: 'Users', exact: true });
    await elsewhere.waitFor();
    await endSession(ada);
    await elsewhere.click();
    await page.waitForURL((url) => url.pathname === '/login');
    expect(ada.errors).toEqual([]);
  });

  it('runs an action without TLS', async () => {
    const { page } = await northwind.logInAsOperator(
      undefined,
      undefined,
      northwind.test.server.url.replace('127.0.0.1', insecureHost),
    );
    const { press, dialog } = pageActions(() => page);
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    await page.goto(`${users}/${northwind.leoId}`);
    await press('Lock');
    await dialog().getByText('1 user will change.').waitFor();
    await press('Confirm', dialog());
    await page.getByRole('table').getByText('Locked by an administrator').waitFor();
  });

  it('LIST-9: shows missed changes when the server answers again', async () => {
    const { page } = await northwind.logInAsOperator();
    await page.route('**/changes*', (route) => route.fulfill({ status: 502 }));
    await page.goto(users);
    await page.getByRole('link', { name: 'Plain, Dora' }).waitFor();
    const { operator } = northwind.test;
    const { items } = expectStatus(200, await operator.get(`${users}?search=plain`)).body;
    expectStatus(200, await operator.patch(`${users}/${items[0].userId}`, { firstName: 'Dorothea' }));
    await page.unroute('**/changes*');
    await page.getByRole('link', { name: 'Plain, Dorothea' }).waitFor();
  });

  it('takes a newer link in the same tab instead of the older one, and removes it from the address as well', async () => {
    const { page } = await northwind.openBrowser();
    const sent: string[] = [];
    await page.route('**/password-resets/confirm', (route) => {
      sent.push((route.request().postDataJSON() as { link: string }).link);
      return route.fulfill({ status: 410, json: { status: 410, code: 'link.void', title: 'x', detail: 'x' } });
    });
    await page.route('**/password-resets/check', (route) =>
      route.fulfill({ json: { email: `${route.request().postDataJSON().link}@northwind.example` } }),
    );
    await page.goto('/set-password#older');
    await page.locator('input[type=password]').first().waitFor();
    await page.evaluate(() => (window.location.hash = 'newer'));
    await page.waitForURL((url) => url.hash === '');
    await page.getByText('newer@northwind.example').waitFor();
    for (const field of await page.locator('input[type=password]').all()) await field.fill(password);
    await pageActions(() => page).press('Set and log in');
    await page.getByRole('alert').waitFor();
    expect(sent).toEqual(['newer']);
  });

  it('returns the focus to the element that opened a dialog', async () => {
    const { page } = await northwind.logInAsOperator();
    const focused = () =>
      page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent);
    await page.goto(users);
    for (const name of ['Add Users', 'More about Leon Roth']) {
      const opener = page.getByRole('button', { name });
      await opener.press('Enter');
      if (name !== 'Add Users') await page.getByRole('menuitem', { name: 'Roles' }).press('Enter');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await page.waitForFunction(() => document.activeElement !== document.body);
      expect(await focused()).toBe(name);
    }
  });
});
