import { chromiumPath, type BrowserUser } from './browser.js';
import { NorthwindFixture } from './northwind.js';
import { pageActions } from './page-actions.js';

/** Code that can not be loaded, and a server that is away for a while. */
(chromiumPath ? describe : describe.skip)('in a browser', () => {
  let northwind: NorthwindFixture;
  let users: string;
  beforeAll(async () => {
    northwind = await NorthwindFixture.open();
    users = `/accounts/${northwind.accountId}/users`;
  }, 180_000);
  afterAll(() => northwind.close());

  const openUsers = async (): Promise<BrowserUser> => {
    const operator = await northwind.logInAsOperator();
    await operator.page.goto(users);
    await operator.page.getByRole('link', { name: /Plain/ }).waitFor();
    return operator;
  };

  it('keeps the page, its search and its selection while the code of a dialog can not be loaded', async () => {
    const operator = await openUsers();
    const { page } = operator;
    const { press, row, dialog } = pageActions(() => page);
    await page.getByRole('searchbox').fill('plain');
    await row('Ada Lovelace').waitFor({ state: 'detached' });
    await row('Dora Plain|Plain, Dora').getByRole('checkbox').check();
    await page.route('**/confirm-action-dialog*', (route) => route.abort());
    await press('Lock');
    const alert = page.getByRole('alert');
    await alert.getByText('There is probably a newer version of Rollbook.').waitFor();
    expect(await operator.findProblemsInAllViews('dialog-not-loaded')).toEqual([]);
    await press('Close', alert);
    await page.waitForFunction(() => document.activeElement?.textContent === 'Lock');
    await press('Lock');
    await press('Try again', alert);
    await alert.waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('plain');
    expect(await row('Dora Plain|Plain, Dora').getByRole('checkbox').isChecked()).toBe(true);
    await page.unroute('**/confirm-action-dialog*');
    await press('Try again', alert);
    await dialog().getByText('1 user will change.').waitFor();
    expect(operator.errors).toEqual([]);
  });

  it('says that the server is away, opens a page as soon as its code can be loaded, and reads again what failed', async () => {
    const operator = await openUsers();
    const { page } = operator;
    await page.route('**/*', (route) => route.abort());
    await page.getByRole('link', { name: 'Pending approvals' }).click();
    await page.getByText('The server does not answer. The page is shown as soon as it does.').waitFor();
    expect(await operator.findProblemsInAllViews('page-not-loaded')).toEqual([]);
    await page.unroute('**/*');
    await page.getByText('Nobody waits for approval.').waitFor();

    await page.route('**/api/v1/accounts/*/users/**', (route) => route.abort());
    await page.goto(`${users}/${northwind.leoId}`);
    await page.getByText('The server does not answer. Is the network up?').first().waitFor({ timeout: 20_000 });
    await page.unroute('**/api/v1/accounts/*/users/**');
    await page.getByRole('heading', { name: 'Leon Roth' }).waitFor();
    expect(operator.errors).toEqual([]);
  });
});
