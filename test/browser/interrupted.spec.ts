import { expectStatus } from '../support/server.js';
import { insecureHost } from '../support/chromium.js';
import { chromiumPath, type Visitor } from './browser.js';
import { Northwind, hands, password } from './northwind.js';

/** What comes between people and what they are at. */
(chromiumPath ? describe : describe.skip)('in a browser', () => {
  let northwind: Northwind;
  let users: string;
  beforeAll(async () => {
    northwind = await Northwind.open();
    users = `/accounts/${northwind.accountId}/users`;
  }, 180_000);
  afterAll(() => northwind.close());

  /** Logs out behind the page's back. */
  const endSession = async ({ context }: Visitor): Promise<void> => {
    const { status } = await fetch(`${northwind.test.server.url}/api/v1/logout`, {
      method: 'POST',
      headers: {
        origin: northwind.test.server.url,
        cookie: (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; '),
      },
    });
    expect(status).toBeLessThan(300);
  };

  it('a session that has ended elsewhere leads to the login, and from there back', async () => {
    const ada = await northwind.enter('ada@northwind.example');
    const { page } = ada;
    await page.goto(`${users}?locked=true`);
    await page.getByRole('heading', { name: 'Users' }).waitFor();
    await endSession(ada);
    // The stream of changes ends at the next one; nobody needs to touch the page.
    expectStatus(200, await northwind.test.operator.patch(`${users}/${northwind.leo}`, { country: 'AT' }));
    await page.waitForURL((url) => url.pathname === '/login');
    await page.getByRole('textbox', { name: 'E-mail' }).fill('ada@northwind.example');
    await page.locator('input[type=password]').fill(password);
    await hands(() => page).press('Log in');
    await page.waitForURL((url) => url.pathname + url.search === `${users}?locked=true`);
    await page.getByRole('heading', { name: 'Users' }).waitFor();

    await page.goto('/profile');
    const elsewhere = page.getByRole('link', { name: 'Users', exact: true });
    await elsewhere.waitFor();
    await endSession(ada);
    await elsewhere.click();
    await page.waitForURL((url) => url.pathname === '/login');
    expect(ada.errors).toEqual([]);
  });

  it('an act is done where there is no TLS', async () => {
    const { page } = await northwind.enterAsOperator(
      undefined,
      undefined,
      northwind.test.server.url.replace('127.0.0.1', insecureHost),
    );
    const { press, dialog } = hands(() => page);
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    await page.goto(`${users}/${northwind.leo}`);
    await press('Lock');
    await dialog().getByText('1 user will change.').waitFor();
    await press('Confirm', dialog());
    await page.getByRole('table').getByText('Locked by an administrator').waitFor();
  });

  it('LIST-9: the changes that a page misses show when the server answers again', async () => {
    const { page } = await northwind.enterAsOperator();
    await page.route('**/changes*', (route) => route.fulfill({ status: 502 }));
    await page.goto(users);
    await page.getByRole('link', { name: 'Dora Plain' }).waitFor();
    const { operator } = northwind.test;
    const { items } = expectStatus(200, await operator.get(`${users}?search=plain`)).body;
    expectStatus(200, await operator.patch(`${users}/${items[0].userId}`, { firstName: 'Dorothea' }));
    await page.unroute('**/changes*');
    await page.getByRole('link', { name: 'Dorothea Plain' }).waitFor();
  });

  it('a newer link in the same tab takes the place of the older one, and leaves the address too', async () => {
    const { page } = await northwind.visit();
    const sent: string[] = [];
    await page.route('**/password-resets/confirm', (route) => {
      sent.push((route.request().postDataJSON() as { link: string }).link);
      return route.fulfill({ status: 410, json: { status: 410, code: 'link.void', title: 'x', detail: 'x' } });
    });
    await page.goto('/set-password#older');
    await page.locator('input[type=password]').first().waitFor();
    await page.evaluate(() => (window.location.hash = 'newer'));
    await page.waitForURL((url) => url.hash === '');
    for (const field of await page.locator('input[type=password]').all()) await field.fill(password);
    await hands(() => page).press('Set and log in');
    await page.getByRole('alert').waitFor();
    expect(sent).toEqual(['newer']);
  });

  it('the keyboard goes back to what opened a dialog', async () => {
    const { page } = await northwind.enterAsOperator();
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
