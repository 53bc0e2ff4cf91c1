import { chromiumPath } from './browser.js';
import { NorthwindFixture, password } from './northwind.js';
import { pageActions } from './page-actions.js';
import { expectStatus } from '../support/server.js';

/** Attacks on the users of the pages. */
(chromiumPath ? describe : describe.skip)('in a browser', () => {
  let northwind: NorthwindFixture;
  beforeAll(async () => {
    northwind = await NorthwindFixture.open();
  }, 180_000);
  afterAll(() => northwind.close());

  it('shows a script in a name or a reason as text on every page', async () => {
    const script = '<img src=x onerror="document.title=1"><script>document.title=1</script>';
    const { operator } = northwind.test;
    const path = `/accounts/${northwind.accountId}/users/${northwind.leoId}`;
    expectStatus(200, await operator.patch(path, { lastName: script }));
    expectStatus(200, await operator.post(`${path}/lock`, { reason: script }));
    expectStatus(200, await operator.get(path));
    const ada = await northwind.logInByMail('ada@northwind.example');
    const { page } = ada;
    for (const [place, shown] of [
      ['users', script],
      [`users/${northwind.leoId}`, `Reason: ${script}`],
      ['audit', script],
    ]) {
      await page.goto(`/accounts/${northwind.accountId}/${place}`);
      await page.getByText(shown!).filter({ visible: true }).first().waitFor();
      expect(await page.title()).not.toBe('1');
      expect(await page.locator('img, main script').count()).toBe(0);
    }
    expect(ada.errors).toEqual([]);
  });

  it.each([
    'https://evil.example/',
    '//evil.example/',
    'https:evil.example',
    'javascript:document.title=1',
    '\\\\evil.example',
  ])('does not redirect to another site after the login: %s', async (elsewhere) => {
    const { page } = await northwind.openBrowser();
    await page.goto(`/login?to=${encodeURIComponent(elsewhere)}`);
    const { press } = pageActions(() => page);
    await page.getByRole('textbox', { name: 'E-mail' }).fill('ada@northwind.example');
    await page.locator('input[type=password]').fill(password);
    await press('Log in');
    await page.getByRole('heading', { name: 'Users' }).waitFor();
    expect(new URL(page.url()).origin).toBe(northwind.test.server.url);
    expect(await page.title()).not.toBe('1');
  });
});
