import { readFileSync } from 'node:fs';
import { expectStatus } from '../support/server.js';
import { chromiumPath } from './browser.js';
import { NorthwindFixture, password } from './northwind.js';
import { pageActions } from './page-actions.js';

/** The dialogs of a session. */
(chromiumPath ? describe : describe.skip)('in a browser, a session', () => {
  let northwind: NorthwindFixture;
  let users: string;
  beforeAll(async () => {
    northwind = await NorthwindFixture.open();
    users = `/accounts/${northwind.accountId}/users`;
  }, 180_000);
  afterAll(() => northwind.close());

  const moveClockByMinutes = (count: number) => northwind.test.clock.move(count * 60_000);

  it('PERM-20, SESSION-8: asks for the password in a dialog, and keeps the typed fields', async () => {
    const { page, errors } = await northwind.logInByMail('ada@northwind.example');
    const { press, fill, dialog } = pageActions(() => page);
    await page.goto('/access-tokens');
    await press('Issue an access token');
    await fill('What it is for', 'nightly export');
    await dialog().getByRole('checkbox', { name: 'See users' }).check();
    moveClockByMinutes(16);
    await press('Issue', dialog());
    const question = page.getByRole('dialog', { name: 'Is it still you?' });
    await question.locator('input[type=password]').fill('wrong');
    await press('Confirm', question);
    await question.getByRole('alert').getByText('The current password is wrong.').waitFor();
    // Escape and Cancel leave the form as it is.
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    await dialog().getByText('This needs your password once more.').waitFor();
    expect(await page.getByRole('textbox', { name: 'What it is for' }).inputValue()).toBe('nightly export');
    await press('Issue', dialog());
    await question.locator('input[type=password]').fill(password);
    await press('Confirm', question);
    await page.getByRole('dialog', { name: 'The access token nightly export' }).waitFor();
    expect(errors).toEqual([]);
  });

  it('PERM-20: asks an operator for the access token', async () => {
    const { page } = await northwind.logInAsOperator();
    const { press, row, dialog } = pageActions(() => page);
    await page.goto(users);
    moveClockByMinutes(16);
    for (const name of [/Dora Plain/, /Carla García/]) await row(name).getByRole('checkbox').check();
    await press('Delete', page.getByRole('region', { name: '2 users selected' }));
    await dialog().getByText('2 users will change.').waitFor();
    await press('Confirm', dialog());
    const question = page.getByRole('dialog', { name: 'Is it still you?' });
    await question
      .locator('input[type=password]')
      .fill(readFileSync(northwind.test.server.operatorToken, 'utf8').trim());
    await press('Confirm', question);
    await page.getByText('Delete: done for 2 users.').waitFor();
  });

  it('SESSION-8: warns two minutes before its end, and keeps the typed fields', async () => {
    const { page, errors } = await northwind.logInAsOperator();
    const { press, fill, dialog } = pageActions(() => page);
    await page.goto(`${users}/${northwind.leoId}`);
    await press('Change');
    await fill('First name', 'Leonhard');
    // The page gets a change and makes a background request, because nobody has used it for a minute.
    await page.evaluate(() => {
      const now = Date.now;
      Date.now = () => now() + 60_000;
    });
    moveClockByMinutes(29);
    expectStatus(200, await northwind.test.operator.patch(`${users}/${northwind.leoId}`, { country: 'CH' }));
    const warning = page.getByRole('dialog', { name: 'You will soon be logged out' });
    await warning.waitFor();
    // In the British format, like all other times of the page.
    await warning.getByText(/You will be logged out at \d\d:\d\d\./).waitFor();
    await press('Stay logged in', warning);
    await warning.waitFor({ state: 'detached' });
    expect(await dialog().getByRole('textbox', { name: 'First name' }).inputValue()).toBe('Leonhard');
    moveClockByMinutes(20);
    await page.reload();
    await page.getByRole('button', { name: 'Change', exact: true }).waitFor();
    expect(errors).toEqual([]);
  });

  it('TOKEN-11: shows the tokens that a user issued before their role is revoked, and ends them', async () => {
    const { operator } = northwind.test;
    const expiresAt = new Date(northwind.test.clock.now().getTime() + 3_600_000).toISOString();
    const add = async (path: string, body: object) => expectStatus(201, await operator.post(path, body)).body;
    const { userId } = await add(users, {
      email: 'eve@northwind.example',
      firstName: 'Eve',
      lastName: 'Adams',
      country: 'GB',
    });
    expectStatus(200, await operator.put(`${users}/${userId}/roles/administrator`));
    const own = await add('/access-tokens', {
      kind: 'user',
      userId,
      name: 'own',
      scopes: ['tokens:manage', 'users:read'],
      expiresAt,
    });
    const service = expectStatus(
      201,
      await operator.as(own.token).post('/access-tokens', {
        kind: 'service',
        accountId: northwind.accountId,
        name: 'sync to payroll',
        scopes: ['users:read'],
        expiresAt,
      }),
    ).body;
    const { page } = await northwind.logInAsOperator();
    const { press, dialog } = pageActions(() => page);
    await page.goto(`${users}/${userId}`);
    await press('Roles');
    await dialog().getByRole('checkbox', { name: 'Administrator', exact: true }).uncheck();
    await dialog().getByText('Administrator: will be taken away.').waitFor();
    await dialog().getByText('1 access token that they issued goes on working:').waitFor();
    await dialog().getByText('sync to payroll').waitFor();
    await dialog().getByRole('checkbox', { name: 'Also end these tokens' }).check();
    await press('Save', dialog());
    await page.getByText('The roles of Eve Adams have changed.').waitFor();
    expect((await operator.as(service.token).get('/me')).status).toBe(401);
  });
});
