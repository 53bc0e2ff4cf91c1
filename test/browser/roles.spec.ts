import { expectStatus } from '../support/server.js';
import { chromiumPath } from './browser.js';
import { NorthwindFixture } from './northwind.js';
import { pageActions } from './page-actions.js';

/** What the pages show to each role. */
(chromiumPath ? describe : describe.skip)('in a browser', () => {
  let northwind: NorthwindFixture;
  beforeAll(async () => {
    northwind = await NorthwindFixture.open();
  }, 180_000);
  afterAll(() => northwind.close());

  it('PERM-13: tells a co-administrator that only an administrator may act on administrators', async () => {
    const ben = await northwind.logInByMail('ben@northwind.example');
    const { page } = ben;
    const { dialog, press, readRefusal } = pageActions(() => page);
    await page.getByRole('link', { name: 'Lovelace, Ada' }).click();
    for (const name of ['Lock', 'Delete', 'Change', 'Reset Password']) {
      expect(await readRefusal(name)).toBe('Only an account administrator may do this to an account administrator.');
    }
    expect(await ben.findProblemsInAllViews('user-above')).toEqual([]);
    await page.getByRole('link', { name: 'Account', exact: true }).click();
    await page.getByText('northwind.example', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: /Release|Add the domain/ }).count()).toBe(0);
    expect(await ben.findProblemsInAllViews('account')).toEqual([]);
    await page.goto('/profile');
    await page.getByRole('link', { name: 'Your history' }).click();
    // A login has a stream of its own: its revision is no revision of the user.
    await page.getByRole('switch', { name: 'Show logins' }).check();
    await page.getByText('Logged in', { exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'Logged in' }).count()).toBe(0);
    await page.getByRole('link', { name: 'User added' }).click();
    await page
      .getByRole('status')
      .filter({ hasText: /: after “User added” by Operator/ })
      .waitFor();
    await page.goto('/access-tokens');
    await press('Issue an access token');
    await dialog().getByRole('combobox', { name: 'Whose it is' }).click();
    expect(await page.getByRole('option').allTextContents()).toEqual(['Mine']);
  });

  it('PERM-1: lets an auditor read everything and change nothing', async () => {
    const carla = await northwind.logInByMail('carla@northwind.example');
    const { page } = carla;
    const { row, pickOption } = pageActions(() => page);
    const actions = page.waitForResponse((response) => response.url().endsWith('/actions'));
    await page.goto(`/accounts/${northwind.accountId}/users/${northwind.leoId}?at=2`);
    await actions;
    await row(/^Locks Locked by an administrator.*Changed/).waitFor();
    for (const name of ['Lock', 'Change', 'Change roles', 'More'])
      expect(await page.getByRole('button', { name, exact: true }).count()).toBe(0);
    await page.getByRole('link', { name: 'Audit' }).click();
    await pickOption('What was done', 'claim', 'Domain claimed');
    await row(/Domain claimed.*northwind.example/).waitFor();
    expect(await carla.findProblemsInAllViews('audit-auditor')).toEqual([]);
  });

  it('PROFILE-1: shows a user without a role only their own profile', async () => {
    const dora = await northwind.logInByMail('dora@northwind.example');
    const { page } = dora;
    await page.getByRole('heading', { name: 'Profile' }).waitFor();
    await page.getByText('You have no role in the account.').waitFor();
    expect(await page.getByRole('navigation').getByRole('link').count()).toBe(0);
    expect(await dora.findProblemsInAllViews('profile-plain')).toEqual([]);
  });

  it('lets an operator open accounts, and add and release domains', async () => {
    const operator = await northwind.logInAsOperator();
    const { page } = operator;
    const { dialog, row, press, fill, pickOption } = pageActions(() => page);
    await page.getByRole('link', { name: 'Accounts' }).click();
    await row(/Contoso.*contoso.example/).waitFor();
    expect(await operator.findProblemsInAllViews('accounts')).toEqual([]);
    await page.getByRole('link', { name: 'Northwind', exact: true }).click();
    await page.getByRole('heading', { name: 'Northwind' }).waitFor();
    await fill('Domain', 'contoso.example');
    await press('Add the domain');
    await page.getByText('Another account owns the domain of this address.').waitFor();
    await fill('Domain', 'North.example');
    await press('Add the domain');
    await press('Release north.example');
    expect(await operator.findProblemsInAllViews('domain-release')).toEqual([]);
    await press('Release', dialog());
    await page.getByText('north.example is released.').waitFor();
    await page.getByRole('link', { name: 'Enter' }).click();
    await row(/Ada Lovelace/).waitFor();
    await page.getByRole('link', { name: 'Audit' }).click();
    await row(/Domain released.*north.example/).waitFor();
    await pickOption('What was done', 'account created', 'Account created');
    await row(/Domain/)
      .first()
      .waitFor({ state: 'detached' });
    await row(/Account created.*Northwind/).waitFor();
    expect(await row(/Contoso/).count()).toBe(0);
    await page.getByText('All accounts').click();
    await row(/Account created.*Contoso/).waitFor();
    expect(await operator.findProblemsInAllViews('audit-operator')).toEqual([]);
  });

  it('AUDIT-5: names Rollbook as the actor of automatic changes, once', async () => {
    expectStatus(
      401,
      await northwind.test.operator.inBrowser().post('/login', { email: 'ben@northwind.example', password: 'wrong' }),
    );
    const { page } = await northwind.logInAsOperator();
    const { row } = pageActions(() => page);
    await page.goto(`/accounts/${northwind.accountId}/audit?logins=true`);
    await row(/Login failed/)
      .getByRole('cell', { name: 'Rollbook', exact: true })
      .waitFor();
  });

  it('had no errors in the console', () => {
    expect(northwind.listErrors()).toEqual([]);
  });
});
