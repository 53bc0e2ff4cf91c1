import { readFileSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { TestMailServer, linkSecretIn } from '../support/mail-server.js';
import { expectStatus, startTestServer, type TestServer } from '../support/server.js';
import { BrowserUser, startBrowser } from './browser.js';
import { pageActions } from './page-actions.js';

export const password = 'a long enough passphrase';

const toPerson = (firstName: string, lastName: string) => ({
  email: `${firstName.toLowerCase()}@northwind.example`,
  firstName,
  lastName,
  country: 'GB',
});

/** A server with two accounts. Northwind has a user of each role, Dora without a role, and Leo, who was renamed, locked and unlocked. */
export class NorthwindFixture {
  readonly users: BrowserUser[] = [];

  private constructor(
    readonly test: TestServer,
    readonly mailbox: TestMailServer,
    private readonly browser: Browser,
    readonly accountId: string,
    readonly leoId: string,
  ) {}

  static async open(): Promise<NorthwindFixture> {
    const mailbox = await TestMailServer.open();
    const test = await startTestServer({ SMTP_URL: mailbox.url });
    const { operator } = test;
    const open = async (name: string, administrator: object) =>
      expectStatus(
        201,
        await operator.post('/accounts', { name, domains: [`${name.toLowerCase()}.example`], administrator }),
      ).body.accountId as string;
    const accountId = await open('Northwind', toPerson('Ada', 'Lovelace'));
    await open('Contoso', { ...toPerson('Grace', 'Hopper'), email: 'grace@contoso.example' });
    const add = async (firstName: string, lastName: string, role?: string) => {
      const { userId } = expectStatus(
        201,
        await operator.post(`/accounts/${accountId}/users`, toPerson(firstName, lastName)),
      ).body;
      if (role) expectStatus(200, await operator.put(`/accounts/${accountId}/users/${userId}/roles/${role}`));
      return userId as string;
    };
    await add('Ben', 'Meyer', 'co-administrator');
    await add('Carla', 'García', 'auditor');
    await add('Dora', 'Plain');
    const leo = await add('Leo', 'Roth');
    const path = `/accounts/${accountId}/users/${leo}`;
    expectStatus(200, await operator.patch(path, { firstName: 'Leon' }));
    expectStatus(200, await operator.post(`${path}/lock`, { reason: 'Lost <b>badge</b>' }));
    expectStatus(200, await operator.post(`${path}/unlock`, { reason: 'Found it' }));
    expectStatus(200, await operator.get(`/accounts/${accountId}/users`));
    return new NorthwindFixture(test, mailbox, await startBrowser(), accountId, leo);
  }

  /** Opens a browser, sets the password by the mailed link, and is logged in. */
  async logInByMail(email: string): Promise<BrowserUser> {
    const [welcome] = await this.mailbox.waitForMails(email);
    const user = await this.openBrowser();
    const { page } = user;
    await page.goto(`/set-password#${linkSecretIn(welcome!)}`);
    await page.locator('input[type=password]').first().fill(password);
    await page.locator('input[type=password]').last().fill(password);
    await pageActions(() => page).press('Set and log in');
    await page.waitForURL((url) => url.pathname !== '/set-password');
    return user;
  }

  /** Opens a browser and logs in with the operator's token. `words` are the labels in the page's language. */
  async logInAsOperator(
    locale?: string,
    words = { asOperator: 'Log in with an access token', token: 'Access token', submit: 'Log in' },
    url = this.test.server.url,
  ): Promise<BrowserUser> {
    const user = await this.openBrowser(locale, url);
    const { page } = user;
    await pageActions(() => page).press(words.asOperator);
    await page.getByLabel(words.token).fill(readFileSync(this.test.server.operatorToken, 'utf8').trim());
    await pageActions(() => page).press(words.submit);
    await page.waitForURL((url) => url.pathname !== '/login');
    return user;
  }

  /** Lists the errors in all browsers. */
  listErrors = (): string[] => this.users.flatMap(({ errors }) => errors);

  async close(): Promise<void> {
    await this.browser.close();
    await this.test.close();
    await this.mailbox.stop();
  }

  /** Opens a browser that is not logged in. */
  async openBrowser(locale?: string, url = this.test.server.url): Promise<BrowserUser> {
    const user = await BrowserUser.open(this.browser, url, locale);
    this.users.push(user);
    return user;
  }
}
