import { expectStatus } from '../support/server.js';
import { chromiumPath } from './browser.js';
import { Northwind, hands } from './northwind.js';

/** What each role finds on the pages, and what it does not. */
(chromiumPath ? describe : describe.skip)('in a browser', () => {
  let northwind: Northwind;
  beforeAll(async () => {
    northwind = await Northwind.open();
  }, 180_000);
  afterAll(() => northwind.close());

  it('PERM-13: a co-administrator is told that administrators are above them', async () => {
    const ben = await northwind.enter('ben@northwind.example');
    const { page } = ben;
    const { dialog, press, refusal } = hands(() => page);
    await page.getByRole('link', { name: 'Ada Lovelace' }).click();
    for (const name of ['Lock', 'Delete', 'Change', 'Reset Password']) {
      expect(await refusal(name)).toBe('Only an account administrator may do this to an account administrator.');
    }
    expect(await ben.findings('user-above')).toEqual([]);
    await page.getByRole('link', { name: 'Account', exact: true }).click();
    await page.getByText('northwind.example', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: /Release|Add the domain/ }).count()).toBe(0);
    expect(await ben.findings('account')).toEqual([]);
    await page.goto('/profile');
    await page.getByRole('link', { name: 'Your history' }).click();
    // Their login has a revision of its own, which is no moment of the user.
    await page.getByText('Logged in', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Show this moment' }).last().click();
    await page
      .getByRole('status')
      .filter({ hasText: /^User added by Operator/ })
      .waitFor();
    await page.goto('/access-tokens');
    await press('Issue an access token');
    await dialog().getByRole('combobox', { name: 'Whose it is' }).click();
    expect(await page.getByRole('option').allTextContents()).toEqual(['Mine']);
  });

  it('PERM-1: an auditor reads everything and does nothing', async () => {
    const carla = await northwind.enter('carla@northwind.example');
    const { page } = carla;
    const { row, pick, refusal } = hands(() => page);
    await page.goto(`/accounts/${northwind.accountId}/users/${northwind.leo}?at=2`);
    await row(/^Locks Locked by an administrator.*Changed/).waitFor();
    for (const name of ['Reject', 'Lock', 'Unlock', 'Delete', 'Change', 'Roles', 'Reset Password'])
      expect(await refusal(name)).toBe('Your roles do not allow this.');
    await page.getByRole('link', { name: 'Audit' }).click();
    await pick('What was done', 'claim', 'Domain claimed');
    await row(/Domain claimed.*northwind.example/).waitFor();
    expect(await carla.findings('audit-auditor')).toEqual([]);
  });

  it('PROFILE-1: whoever has no role sees themselves', async () => {
    const dora = await northwind.enter('dora@northwind.example');
    const { page } = dora;
    await page.getByRole('heading', { name: 'Profile' }).waitFor();
    await page.getByText('You have no role in the account.').waitFor();
    expect(await page.getByRole('navigation').getByRole('link').count()).toBe(0);
    expect(await dora.findings('profile-plain')).toEqual([]);
  });

  it('an operator looks into accounts, adds and releases domains, and enters one', async () => {
    const operator = await northwind.enterAsOperator();
    const { page } = operator;
    const { dialog, row, press, fill, pick } = hands(() => page);
    await page.getByRole('link', { name: 'Accounts' }).click();
    await row(/Contoso.*contoso.example/).waitFor();
    expect(await operator.findings('accounts')).toEqual([]);
    await page.getByRole('link', { name: 'Northwind', exact: true }).click();
    await page.getByRole('heading', { name: 'Northwind' }).waitFor();
    await fill('Domain', 'contoso.example');
    await press('Add the domain');
    await page.getByText('Another account owns the domain of this address.').waitFor();
    await fill('Domain', 'North.example');
    await press('Add the domain');
    await press('Release north.example');
    expect(await operator.findings('domain-release')).toEqual([]);
    await press('Release', dialog());
    await page.getByText('north.example is released.').waitFor();
    await page.getByRole('link', { name: 'Enter' }).click();
    await row(/Ada Lovelace/).waitFor();
    await page.getByRole('link', { name: 'Audit' }).click();
    await row(/Domain released.*north.example/).waitFor();
    await pick('What was done', 'account created', 'Account created');
    await row(/Domain/)
      .first()
      .waitFor({ state: 'detached' });
    await row(/Account created.*Northwind/).waitFor();
    expect(await row(/Contoso/).count()).toBe(0);
    await page.getByText('All accounts').click();
    await row(/Account created.*Contoso/).waitFor();
    expect(await operator.findings('audit-operator')).toEqual([]);
  });

  it('AUDIT-5: what Rollbook did by itself is told to be by Rollbook, once', async () => {
    expectStatus(
      401,
      await northwind.test.operator.inBrowser().post('/login', { email: 'ben@northwind.example', password: 'wrong' }),
    );
    const { page } = await northwind.enterAsOperator();
    const { row } = hands(() => page);
    await page.goto(`/accounts/${northwind.accountId}/audit`);
    await row(/Login failed/)
      .getByRole('cell', { name: 'Rollbook', exact: true })
      .waitFor();
  });

  it('none of them has met an error', () => {
    expect(northwind.errors()).toEqual([]);
  });
});
