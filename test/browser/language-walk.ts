import type { i18n } from 'i18next';
import { linkSecretIn } from '../support/mail-server.js';
import type { BrowserUser } from './browser.js';
import { englishTexts, findUntranslated, texts, translators, type Language } from './language-texts.js';
import { password, type NorthwindFixture } from './northwind.js';
import { pageActions } from './page-actions.js';

/** The language in which the pages are used: its texts are the longest and the largest to load. */
const walkLanguage = 'pl';

/** Visits all pages on a phone, and checks each in every language for missing translations and texts that do not fit. */
export class LanguageWalk {
  readonly problems: string[] = [];
  /** The bytes of script, as sent, that the first load of each page takes. */
  readonly scriptSizes = new Map<string, number>();
  private user!: BrowserUser;
  private readonly actions = pageActions(() => this.user.page);
  private t = translators[walkLanguage];

  constructor(private readonly northwind: NorthwindFixture) {}

  async asStranger(): Promise<void> {
    const { t } = this;
    const { press, fill } = this.actions;
    this.user = await this.northwind.openBrowser(walkLanguage);
    await this.user.setView('phone');
    await this.open('/login');
    await this.checkInEachLanguage('login');
    await press(t('login.asOperator'));
    await this.checkInEachLanguage('login-token');
    await this.open('/forgot-password');
    await fill(t('login.email'), 'nobody@nowhere.example');
    await this.checkInEachLanguage('forgot-password');
    await press(t('forgot.submit'));
    await this.waitForText(t('forgot.sent'));
    await this.checkInEachLanguage('forgot-password-sent');
    await this.open('/set-password');
    await this.checkInEachLanguage('set-password-without-link');
    await this.open('/set-password', '#link');
    await this.waitForText(t('problem.link.not-valid'));
    await this.checkInEachLanguage('set-password-not-valid');
    const [welcome] = await this.northwind.mailbox.waitForMails('dora@northwind.example');
    await this.open('/set-password', `#${linkSecretIn(welcome!)}`);
    await this.waitForText(t('setPassword.for', { email: 'dora@northwind.example' }));
    const fields = this.user.page.locator('input[type=password]');
    await fields.first().fill('short');
    await fields.last().fill('short');
    await this.checkInEachLanguage('set-password', () => press(this.t('setPassword.submit')));
  }

  async asAdministrator(): Promise<void> {
    const { t } = this;
    const { dialog, press, fill, row } = this.actions;
    this.user = await this.northwind.openBrowser(walkLanguage);
    await this.user.setView('phone');
    const { page } = this.user;
    await fill(t('login.email'), 'ada@northwind.example');
    await page.locator('input[type=password]').fill(password);
    await press(t('login.submit'));
    await page.waitForURL(({ pathname }) => pathname.endsWith('/users'));

    await this.open('/accounts/$accountId/users');
    await press(t('users.filters'));
    await this.waitForText(t('users.notSince'));
    await this.checkInEachLanguage('users');
    await page.getByRole('searchbox').fill('xyzzy');
    await this.waitForText(t('userList.noneMatches', { search: 'xyzzy' }));
    await this.checkInEachLanguage('users-none');
    await press(t('userList.clearSearch'));
    await row(/Ben Meyer/).waitFor();
    for (const menu of ['shell.language', 'shell.appearance', 'shell.you', 'users.bulk'] as const) {
      await press(t(menu));
      await page.getByRole('menu').waitFor();
      await this.checkInEachLanguage(menu);
      await this.closeByEscape('menu');
    }
    await press(t('users.actions', { name: 'Ben Meyer' }));
    await page.getByRole('menu').waitFor();
    await this.checkInEachLanguage('row-menu');
    await page.getByRole('menuitem', { name: t('userAction.GrantRole') }).click();
    await dialog().getByRole('checkbox').first().waitFor();
    await this.checkInEachLanguage('roles');
    await this.closeByEscape();
    await press(t('users.actions', { name: 'Ben Meyer' }));
    await page.getByRole('menuitem', { name: t('userAction.RequestPasswordReset') }).click();
    await this.checkInEachLanguage('reset-password');
    await this.closeByEscape();
    await press(t('users.add'));
    await fill(t('user.email'), 'ben@northwind.example', dialog());
    await this.checkInEachLanguage('add-user', () => press(this.t('addUser.submit'), dialog()));
    await dialog().getByText(t('addUser.many')).click();
    await fill(t('addUser.lines'), 'eva@northwind.example;Eva;Nowak;Narnia', dialog());
    await this.checkInEachLanguage('add-users');
    await page.keyboard.press('Escape');
    await this.checkInEachLanguage('discard');
    await press(t('common.discard'));
    await dialog().waitFor({ state: 'detached' });
    for (const name of [/Ada Lovelace/, /Ben Meyer/]) await row(name).getByRole('checkbox').check();
    for (const act of ['LockUser', 'DeleteUser'] as const) {
      await press(t(`userAction.${act}`));
      await this.waitForText(t('act.wouldOf', { count: 1, total: 2 }));
      await this.checkInEachLanguage(act);
      await this.closeByEscape();
    }

    await this.open('/accounts/$accountId/approvals');
    await row(/Otto Later/)
      .getByRole('checkbox')
      .check();
    await this.checkInEachLanguage('approvals');
    await press(t('userAction.RejectUser'));
    await this.waitForText(t('act.would', { count: 1 }));
    await this.checkInEachLanguage('reject');

    await this.open('/accounts/$accountId/users/$userId', '?at=2');
    await this.waitForText(t('replay.changed'));
    await this.checkInEachLanguage('user-replay');
    await press(t('userAction.ChangeUser'));
    await this.checkInEachLanguage('user-change');

    await this.open('/accounts/$accountId/audit');
    await page.getByRole('combobox', { name: t('audit.action') }).click();
    await page.getByRole('option').first().waitFor();
    await this.checkInEachLanguage('audit');
    await page.keyboard.press('Escape');
    await press(t('action.user.locked'));
    await this.checkInEachLanguage('audit-row');

    await this.open('/accounts/$accountId');
    await this.checkInEachLanguage('account');
    await this.open('/access-tokens');
    await press(t('tokens.issue'));
    await this.checkInEachLanguage('token-issue', () => press(this.t('tokens.submit'), dialog()));
    await fill(t('tokens.name'), 'Northwind', dialog());
    await dialog().getByRole('checkbox').first().check();
    await press(t('tokens.submit'), dialog());
    await this.waitForText(t('tokens.secretOnce'));
    await this.checkInEachLanguage('token-secret');
    await dialog()
      .getByRole('button', { name: t('common.close') })
      .last()
      .click();
    await press('Northwind');
    await dialog().waitFor();
    await this.checkInEachLanguage('token');
    await this.open('/profile');
    await this.checkInEachLanguage('profile');
    await press(t('profile.endAll'));
    await this.checkInEachLanguage('sessions-end');
  }

  async asOperator(): Promise<void> {
    const { t } = this;
    const { press, fill } = this.actions;
    this.user = await this.northwind.logInAsOperator(walkLanguage, {
      asOperator: t('login.asOperator'),
      token: t('login.token'),
      submit: t('login.submit'),
    });
    await this.user.setView('phone');
    // The start page is the user list.
    for (const page of ['/', '/accounts/$accountId/users/$userId', '/accounts/$accountId/approvals'])
      await this.open(page);
    await this.open('/accounts');
    await this.checkInEachLanguage('accounts');
    await this.open('/mails');
    await this.checkInEachLanguage('mails');
    await this.open('/accounts/new');
    await fill(t('firstAccount.name'), 'Northwind');
    await this.checkInEachLanguage('account-new', () => press(this.t('firstAccount.submit')));
    await this.open('/accounts/$accountId');
    await fill(t('accounts.domain'), 'contoso.example');
    await press(t('accounts.assert'));
    await this.waitForText(t('problem.domain.owned-by-another'));
    await this.checkInEachLanguage('account-of-operator');
    await press(t('accounts.releaseOf', { domain: 'northwind.example' }));
    await this.checkInEachLanguage('domain-release');
    await this.open('/accounts/$accountId/audit');
    await this.checkInEachLanguage('audit-of-operator');
    await this.open('/access-tokens');
    await press(t('tokens.issue'));
    await this.checkInEachLanguage('token-issue-of-operator');
    await this.open('/profile');
    await this.checkInEachLanguage('profile-of-operator');
    await this.user.page.goto('/nowhere');
    await this.waitForText(t('common.notFound'));
    await this.checkInEachLanguage('nowhere');
  }

  /** Opens a page by its path in the router, with a full load. */
  private async open(page: string, rest = ''): Promise<void> {
    const { accountId, leoId: leo } = this.northwind;
    const size = await this.user.measureFirstLoad(page.replace('$accountId', accountId).replace('$userId', leo) + rest);
    this.scriptSizes.set(page, Math.max(size, this.scriptSizes.get(page) ?? 0));
  }

  private waitForText = (text: string): Promise<void> =>
    this.user.page.getByText(text, { exact: true }).first().waitFor();

  private async closeByEscape(what: 'dialog' | 'menu' = 'dialog'): Promise<void> {
    await this.user.page.keyboard.press('Escape');
    await this.user.page.getByRole(what).waitFor({ state: 'detached' });
  }

  /**
   * Checks the current screen in each language, without colours, which are the same in all.
   * @param repeat repeats the last action, for messages that stay in the language in which they were shown
   */
  private async checkInEachLanguage(screen: string, repeat?: () => Promise<void>): Promise<void> {
    let inEnglish: string[] = [];
    for (const language of ['en', 'es', 'de', walkLanguage] as const) {
      await this.setLanguage(language);
      await repeat?.();
      const shown = await this.user.listTexts();
      if (language === 'en') inEnglish = shown;
      const findings = [
        ...shown.filter((text) => englishTexts.has(text)).map((key) => `no text for ${key}`),
        ...findUntranslated(shown, inEnglish, language).map((text) => `still English: ${text}`),
        ...(language === 'en' ? [] : await this.user.findProblems({ colours: false })),
        ...(await this.user.listCutOffTexts()).map((html) => `cut off: ${html}`),
      ];
      this.problems.push(...findings.map((finding) => `${screen} in ${language}: ${finding}`));
    }
  }

  /** Sets the page's language by its own i18next, because a dialog hides the menu of languages. */
  private async setLanguage(language: Language): Promise<void> {
    this.t = translators[language];
    const { page } = this.user;
    if (!(await page.evaluate(() => 'i18n' in globalThis))) {
      await page.evaluate(async (all) => {
        const scripts = performance
          .getEntriesByType('resource')
          .map(({ name }) => name)
          .filter((name) => name.endsWith('.js'));
        const modules = await Promise.all(scripts.map((name) => import(name) as Promise<object>));
        const own = modules
          .flatMap((module) => Object.values(module) as i18n[])
          .find((one) => typeof one?.addResourceBundle === 'function')!;
        for (const [name, translation] of Object.entries(all)) own.addResourceBundle(name, 'translation', translation);
        Object.assign(globalThis, { i18n: own });
      }, texts);
    }
    await page.evaluate(async (to) => {
      await (globalThis as unknown as { i18n: i18n }).i18n.changeLanguage(to);
      document.documentElement.lang = to;
    }, language);
  }
}
