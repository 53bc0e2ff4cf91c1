import { expectStatus } from '../support/server.js';
import { linkSecretIn } from '../support/mail-server.js';
import { chromiumPath } from './browser.js';
import { NorthwindFixture, password } from './northwind.js';
import { pageActions } from './page-actions.js';

/** How a session ends and what the login page says about it; and the page of a mailed link. */
(chromiumPath ? describe : describe.skip)('in a browser', () => {
  let northwind: NorthwindFixture;
  let users: string;
  beforeAll(async () => {
    northwind = await NorthwindFixture.open();
    users = `/accounts/${northwind.accountId}/users`;
  }, 180_000);
  afterAll(() => northwind.close());

  /** Returns the path of a user's page, which is also the user's path in the API. */
  async function pathOf(name: string): Promise<string> {
    const { items } = (await northwind.test.operator.get(`${users}?search=${name}`)).body;
    return `${users}/${items[0].userId}`;
  }

  it('PASSWORD-13: the page of a mailed link names its user, and survives a reload', async () => {
    const [welcome] = await northwind.mailbox.waitForMails('ben@northwind.example');
    const ben = await northwind.openBrowser();
    const { page } = ben;
    const { press } = pageActions(() => page);
    await page.goto(`/set-password#${linkSecretIn(welcome!)}`);
    await page.getByText('This sets the password of ben@northwind.example.').waitFor();
    expect(page.url()).not.toContain('#');
    await page.reload();
    await page.getByText('This sets the password of ben@northwind.example.').waitFor();
    expect(await page.locator('input[autocomplete=username]').inputValue()).toBe('ben@northwind.example');
    expect(await ben.findProblemsInAllViews('set-password')).toEqual([]);
    for (const field of await page.locator('input[type=password]').all()) await field.fill(password);
    await press('Set and log in');
    await page.waitForURL(({ pathname }) => pathname.endsWith('/users'));
    await page.goto('/set-password');
    await page.getByText('The link is incomplete.').waitFor();
    await page.goto(`/set-password#${linkSecretIn(welcome!)}`);
    await page.getByText('The link has been used, has expired, or a newer one was sent.').waitFor();
    expect(ben.errors).toEqual([]);
  });

  it('SESSION-9, SESSION-10: an administrator ends a user’s sessions, and the user is told so', async () => {
    const dora = await northwind.logInByMail('dora@northwind.example');
    await dora.page.getByRole('heading', { name: 'Your details' }).waitFor();
    const ada = await northwind.logInByMail('ada@northwind.example');
    const { press, fill, dialog } = pageActions(() => ada.page);
    await ada.page.goto(await pathOf('Dora'));
    const sessions = ada.page.getByRole('region', { name: 'Sessions' });
    await sessions.getByRole('button', { name: /^End the session of/ }).waitFor();
    await press('End all sessions', sessions);
    await dialog().getByText('The user is logged out there at once').waitFor();
    expect(await ada.findProblemsInAllViews('user-sessions-end')).toEqual([]);
    await fill('Reason', 'Lost phone', dialog());
    await press('End all sessions', dialog());
    await sessions.getByText('The user is not logged in anywhere.').waitFor();
    expect(await ada.findProblemsInAllViews('user-sessions')).toEqual([]);
    northwind.test.clock.move(1_000);
    await dora.page.reload();
    await dora.page.getByText('An administrator ended your session. You may log in again.').waitFor();
    expect(await dora.findProblemsInAllViews('login-ended')).toEqual([]);
    await dora.page.reload();
    await dora.page.getByRole('status').getByText('You were logged out').waitFor();
    await dora.page.getByLabel('E-mail').fill('dora@northwind.example');
    await dora.page.locator('input[type=password]').fill(password);
    await pageActions(() => dora.page).press('Log in');
    await dora.page.getByRole('heading', { name: 'Your details' }).waitFor();
    await pageActions(() => dora.page).press('Your menu');
    await dora.page.getByRole('menuitem', { name: 'Log out' }).click();
    await dora.page.getByRole('heading', { name: 'Log in' }).waitFor();
    expect(await dora.page.getByText('You were logged out').count()).toBe(0);
    expect([...ada.errors, ...dora.errors]).toEqual([]);
  });

  it('SESSION-10: the login page says that the session was not used, or that the user was locked', async () => {
    const carla = await northwind.logInByMail('carla@northwind.example');
    northwind.test.clock.move(31 * 60_000);
    await carla.page.reload();
    await carla.page.getByText('Your session was not used for a while.').waitFor();
    await carla.page.getByLabel('E-mail').fill('carla@northwind.example');
    await carla.page.locator('input[type=password]').fill(password);
    await pageActions(() => carla.page).press('Log in');
    await carla.page.waitForURL(({ pathname }) => pathname.endsWith('/users'));
    expectStatus(200, await northwind.test.operator.post(`${await pathOf('Carla')}/lock`));
    northwind.test.clock.move(1_000);
    await carla.page.reload();
    await carla.page.getByText('Your user was locked.').waitFor();
    expect(carla.errors).toEqual([]);
  });
});
