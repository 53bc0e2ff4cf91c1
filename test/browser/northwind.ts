import { readFileSync } from 'node:fs';
import type { Browser, Locator, Page } from 'playwright-core';
import { Mailbox, linkIn } from '../support/mailbox.js';
import { expectStatus, startTestServer, type TestServer } from '../support/server.js';
import { Visitor, startBrowser } from './browser.js';

export const password = 'a long enough passphrase';

const person = (firstName: string, lastName: string) => ({
  email: `${firstName.toLowerCase()}@northwind.example`,
  firstName,
  lastName,
  country: 'GB',
});

/** An account with somebody of each role and of none, another account, and Leo, who was renamed, locked and unlocked. */
export class Northwind {
  readonly visitors: Visitor[] = [];

  private constructor(
    readonly test: TestServer,
    private readonly box: Mailbox,
    private readonly browser: Browser,
    readonly accountId: string,
    readonly leo: string,
  ) {}

  static async open(): Promise<Northwind> {
    const box = await Mailbox.open();
    const test = await startTestServer({ SMTP_URL: box.url });
    const { operator } = test;
    const open = async (name: string, administrator: object) =>
      expectStatus(
        201,
        await operator.post('/accounts', { name, domains: [`${name.toLowerCase()}.example`], administrator }),
      ).body.accountId as string;
    const accountId = await open('Northwind', person('Ada', 'Lovelace'));
    await open('Contoso', { ...person('Grace', 'Hopper'), email: 'grace@contoso.example' });
    const add = async (firstName: string, lastName: string, role?: string) => {
      const { userId } = expectStatus(
        201,
        await operator.post(`/accounts/${accountId}/users`, person(firstName, lastName)),
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
    return new Northwind(test, box, await startBrowser(), accountId, leo);
  }

  /** Comes in by the mailed link, which sets the password. */
  async enter(email: string): Promise<Visitor> {
    const [welcome] = await this.box.to(email);
    const visitor = await this.visit();
    const { page } = visitor;
    await page.goto(`/set-password#${linkIn(welcome!)}`);
    await page.locator('input[type=password]').first().fill(password);
    await page.locator('input[type=password]').last().fill(password);
    await hands(() => page).press('Set and log in');
    await page.waitForURL((url) => url.pathname !== '/set-password');
    return visitor;
  }

  /** Comes in with the operator's token. */
  async enterAsOperator(
    locale?: string,
    words = { asOperator: 'Log in with an access token', token: 'Access token', submit: 'Log in' },
    url = this.test.server.url,
  ): Promise<Visitor> {
    const visitor = await this.visit(locale, url);
    const { page } = visitor;
    await hands(() => page).press(words.asOperator);
    await page.getByLabel(words.token).fill(readFileSync(this.test.server.operatorToken, 'utf8').trim());
    await hands(() => page).press(words.submit);
    await page.waitForURL((url) => url.pathname !== '/login');
    return visitor;
  }

  /** What went wrong in anybody's pages. */
  errors = (): string[] => this.visitors.flatMap(({ errors }) => errors);

  async close(): Promise<void> {
    await this.browser.close();
    await this.test.close();
    await this.box.goAway();
  }

  /** Somebody whom nobody knows yet. */
  async visit(locale?: string, url = this.test.server.url): Promise<Visitor> {
    const visitor = await Visitor.at(this.browser, url, locale);
    this.visitors.push(visitor);
    return visitor;
  }
}

/** What hands and eyes do on whichever page is open, in the words that are on it. */
export const hands = (page: () => Page) => ({
  dialog: (): Locator => page().getByRole('dialog'),
  row: (name: RegExp): Locator => page().getByRole('row', { name }),
  press: (name: string, within: Page | Locator = page()) => within.getByRole('button', { name, exact: true }).click(),
  fill: (name: string, value: string, within: Page | Locator = page()) =>
    within.getByRole('textbox', { name, exact: true }).fill(value),
  /** Types into a field and takes what it offers. */
  pick: async (name: string, typed: string, option: string | RegExp): Promise<void> => {
    await page().getByRole('combobox', { name, exact: true }).fill(typed);
    await page().getByRole('option', { name: option }).click();
    await page().keyboard.press('Escape');
  },
  /** Why the button of an act is refused, as a screen reader tells it; `null`: it is not. */
  refusal: async (name: string): Promise<string | null> => {
    const button = page().getByRole('group', { name: 'What you may do' }).getByRole('button', { name, exact: true });
    await button.waitFor();
    return (await button.getAttribute('aria-disabled')) === 'true' ? button.getAttribute('aria-description') : null;
  },
});
