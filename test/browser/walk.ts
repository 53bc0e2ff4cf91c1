import { createInstance, type i18n } from 'i18next';
import { de } from '../../apps/admin/src/texts/de';
import { en } from '../../apps/admin/src/texts/en';
import { es } from '../../apps/admin/src/texts/es';
import { pl } from '../../apps/admin/src/texts/pl';
import type { Visitor } from './browser.js';
import { hands, password, type Northwind } from './northwind.js';

const texts = { en, es, de, pl };
type Language = keyof typeof texts;

const inEach = <T>(of: (language: Language) => T): Record<Language, T> => ({
  en: of('en'),
  es: of('es'),
  de: of('de'),
  pl: of('pl'),
});

const wordsOf = inEach((lng) => {
  const i18n = createInstance({ lng, resources: { [lng]: { translation: texts[lng] } }, initAsync: false });
  void i18n.init();
  return i18n.t;
});

/** Every text, by its key. */
const flat = (tree: object, above = ''): [key: string, text: string][] =>
  Object.entries(tree).flatMap(([key, text]: [string, string | object]) =>
    typeof text === 'string' ? [[above + key, text]] : flat(text, `${above}${key}.`),
  );
const english = new Map(flat(en));

const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const regions = letters.flatMap((first) => letters.map((second) => first + second));
const nameOf = inEach((language) => new Intl.DisplayNames(language, { type: 'region' }));

/** What reads the same in English, rightly: texts, and names of countries. */
const sameIn = inEach((language) => {
  const same = flat(texts[language]).filter(([key, text]) => english.get(key) === text);
  const countries = regions
    .map((code) => nameOf[language].of(code)!)
    .filter((name, nth) => name === nameOf.en.of(regions[nth]!));
  return new Set([...same.map(([, text]) => text), ...countries]);
});

/** What reads the same in every language: names, addresses, ids, what was typed. */
const data = [
  /^(Ada|Ben|Carla|Dora|Leon?|Grace|Otto)? ?(Lovelace|Meyer|García|Plain|Roth|Hopper|Later)?( \(\S+@\S+\))?$/,
  /^(\S+@)?(northwind|contoso)\.example$/,
  /^(Rollbook|Northwind|Contoso|operator-token.*|Chrome \d+, Linux|Mozilla.*)$/,
  /^(English|Español|Deutsch|Polski)$/,
  // Which the browser knows by other names than Node.
  /^(Hong Kong|Macao)$/,
  /^\d{4}-\d\d-\d\dT/,
  /Lost <b>badge<\/b>|Found it/,
];

/** The language of the walk: its texts are the longest, and take the most to load. */
const own = 'pl';

/** A walk through all pages on a phone, each looked at in every language for what is not in it, or does not fit. */
export class Walk {
  readonly found: string[] = [];
  /** Of the script of each page, where it is loaded first; bytes as sent. */
  readonly sizes = new Map<string, number>();
  private visitor!: Visitor;
  private readonly hands = hands(() => this.visitor.page);
  private t = wordsOf[own];

  constructor(private readonly northwind: Northwind) {}

  async asStranger(): Promise<void> {
    const { t } = this;
    const { press, fill } = this.hands;
    this.visitor = await this.northwind.visit(own);
    await this.visitor.lookAs('phone');
    await this.open('/login');
    await this.look('login');
    await press(t('login.asOperator'));
    await this.look('login-token');
    await this.open('/forgot-password');
    await fill(t('login.email'), 'nobody@nowhere.example');
    await this.look('forgot-password');
    await press(t('forgot.submit'));
    await this.says(t('forgot.sent'));
    await this.look('forgot-password-sent');
    await this.open('/set-password', '#link');
    const fields = this.visitor.page.locator('input[type=password]');
    await fields.first().fill('short');
    await fields.last().fill('short');
    await this.look('set-password', () => press(this.t('setPassword.submit')));
    await this.open('/set-password');
    await this.look('set-password-without-link');
  }

  async asAdministrator(): Promise<void> {
    const { t } = this;
    const { dialog, press, fill, row } = this.hands;
    this.visitor = await this.northwind.visit(own);
    await this.visitor.lookAs('phone');
    const { page } = this.visitor;
    await fill(t('login.email'), 'ada@northwind.example');
    await page.locator('input[type=password]').fill(password);
    await press(t('login.submit'));
    await page.waitForURL(/users$/);

    await this.open('/accounts/$accountId/users');
    await press(t('users.filters'));
    await this.says(t('users.notSince'));
    await this.look('users');
    for (const menu of ['shell.language', 'shell.appearance', 'shell.you', 'users.bulk'] as const) {
      await press(t(menu));
      await page.getByRole('menu').waitFor();
      await this.look(menu);
      await this.close('menu');
    }
    await press(t('users.actions', { name: 'Ben Meyer' }));
    await page.getByRole('menu').waitFor();
    await this.look('row-menu');
    await page.getByRole('menuitem', { name: t('userAction.GrantRole') }).click();
    await dialog().getByRole('switch').first().waitFor();
    await this.look('roles');
    await this.close();
    await press(t('users.actions', { name: 'Ben Meyer' }));
    await page.getByRole('menuitem', { name: t('userAction.RequestPasswordReset') }).click();
    await this.look('reset-password');
    await this.close();
    await press(t('users.add'));
    await fill(t('user.email'), 'ben@northwind.example', dialog());
    await this.look('add-user', () => press(this.t('addUser.submit'), dialog()));
    await this.close();
    for (const name of [/Ada Lovelace/, /Ben Meyer/]) await row(name).getByRole('checkbox').check();
    for (const act of ['LockUser', 'DeleteUser'] as const) {
      await press(t(`userAction.${act}`));
      await this.says(t('act.would', { count: 1 }));
      await this.look(act);
      await this.close();
    }

    await this.open('/accounts/$accountId/approvals');
    await row(/Otto Later/)
      .getByRole('checkbox')
      .check();
    await this.look('approvals');
    await press(t('userAction.RejectUser'));
    await this.says(t('act.would', { count: 1 }));
    await this.look('reject');

    await this.open('/accounts/$accountId/users/$userId', '?at=2');
    await this.says(t('replay.changed'));
    await this.look('user-replay');
    await press(t('userAction.ChangeUser'));
    await this.look('user-change');

    await this.open('/accounts/$accountId/audit');
    await page.getByRole('combobox', { name: t('audit.action') }).click();
    await page.getByRole('option').first().waitFor();
    await this.look('audit');
    await page.keyboard.press('Escape');
    await press(t('action.user.locked'));
    await this.look('audit-row');

    await this.open('/accounts/$accountId');
    await this.look('account');
    await this.open('/access-tokens');
    await press(t('tokens.issue'));
    await this.look('token-issue', () => press(this.t('tokens.submit'), dialog()));
    await fill(t('tokens.name'), 'Northwind', dialog());
    await dialog().getByRole('checkbox').first().check();
    await press(t('tokens.submit'), dialog());
    await this.says(t('tokens.secretOnce'));
    await this.look('token-secret');
    await dialog()
      .getByRole('button', { name: t('common.close') })
      .last()
      .click();
    await press('Northwind');
    await dialog().waitFor();
    await this.look('token');
    await this.open('/profile');
    await this.look('profile');
    await press(t('profile.endAll'));
    await this.look('sessions-end');
  }

  async asOperator(): Promise<void> {
    const { t } = this;
    const { press, fill } = this.hands;
    this.visitor = await this.northwind.enterAsOperator(own, {
      asOperator: t('login.asOperator'),
      token: t('login.token'),
      submit: t('login.submit'),
    });
    await this.visitor.lookAs('phone');
    // The first page is the users'.
    for (const page of ['/', '/accounts/$accountId/users/$userId', '/accounts/$accountId/approvals'])
      await this.open(page);
    await this.open('/accounts');
    await this.look('accounts');
    await this.open('/accounts/new');
    await fill(t('firstAccount.name'), 'Northwind');
    await this.look('account-new', () => press(this.t('firstAccount.submit')));
    await this.open('/accounts/$accountId');
    await fill(t('accounts.domain'), 'contoso.example');
    await press(t('accounts.assert'));
    await this.says(t('problem.domain.owned-by-another'));
    await this.look('account-of-operator');
    await press(t('accounts.releaseOf', { domain: 'northwind.example' }));
    await this.look('domain-release');
    await this.open('/accounts/$accountId/audit');
    await this.look('audit-of-operator');
    await this.open('/access-tokens');
    await press(t('tokens.issue'));
    await this.look('token-issue-of-operator');
    await this.open('/profile');
    await this.look('profile-of-operator');
    await this.visitor.page.goto('/nowhere');
    await this.says(t('common.notFound'));
    await this.look('nowhere');
  }

  /** Opens a page, as the router names it, as for the first time. */
  private async open(page: string, rest = ''): Promise<void> {
    const { accountId, leo } = this.northwind;
    const size = await this.visitor.firstLoad(page.replace('$accountId', accountId).replace('$userId', leo) + rest);
    this.sizes.set(page, Math.max(size, this.sizes.get(page) ?? 0));
  }

  private says = (text: string): Promise<void> => this.visitor.page.getByText(text, { exact: true }).first().waitFor();

  private async close(what: 'dialog' | 'menu' = 'dialog'): Promise<void> {
    await this.visitor.page.keyboard.press('Escape');
    await this.visitor.page.getByRole(what).waitFor({ state: 'detached' });
  }

  /**
   * Looks at what is open in each language; not at colours, which are the same in all.
   * @param again does what was done last once more; for what was said then, and stays in the language of then
   */
  private async look(screen: string, again?: () => Promise<void>): Promise<void> {
    let inEnglish: string[] = [];
    for (const language of ['en', 'es', 'de', own] as const) {
      await this.speak(language);
      await again?.();
      const said = await this.visitor.texts();
      if (language === 'en') inEnglish = said;
      const left = said.filter(
        (text) =>
          language !== 'en' &&
          inEnglish.includes(text) &&
          !sameIn[language].has(text) &&
          !data.some((pattern) => pattern.test(text)),
      );
      const findings = [
        ...said.filter((text) => english.has(text)).map((key) => `no text for ${key}`),
        ...left.map((text) => `still English: ${text}`),
        ...(language === 'en' ? [] : await this.visitor.wrongs({ colours: false })),
        ...(await this.visitor.cutOff()).map((html) => `cut off: ${html}`),
      ];
      this.found.push(...findings.map((finding) => `${screen} in ${language}: ${finding}`));
    }
  }

  /** Has the page speak a language, also behind a dialog, where its menu can't be reached: by the page's own i18next. */
  private async speak(language: Language): Promise<void> {
    this.t = wordsOf[language];
    const { page } = this.visitor;
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
