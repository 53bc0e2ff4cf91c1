import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromiumPath } from '../support/chromium.js';

export { chromiumPath, startBrowser } from '../support/chromium.js';

if (!chromiumPath)
  process.stderr.write('test/browser: skipped, no Chromium is installed (CHROMIUM names one elsewhere).\n');

/** If set, screenshots of all screens are written to this directory. */
const screenshotDirectory = process.env['SCREENSHOTS'];

const axeSource = readFileSync(
  createRequire(join(process.cwd(), 'package.json')).resolve('axe-core/axe.min.js'),
  'utf8',
);

/** The colour scheme, width and height of each view. */
const views = { light: ['light', 1280, 800], dark: ['dark', 1280, 800], phone: ['light', 360, 740] } as const;
type View = keyof typeof views;

/** A user with a browser of their own, and checks of what they see. */
export class BrowserUser {
  /** Errors of scripts, and everything that the content security policy blocked. */
  readonly errors: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    // The browser also logs requests that the server refused; the page shows them, so they are no errors.
    page.on(
      'console',
      (message) =>
        message.type() === 'error' &&
        !message.text().startsWith('Failed to load resource') &&
        this.errors.push(message.text()),
    );
    page.on('pageerror', (error) => this.errors.push(String(error)));
  }

  static async open(browser: Browser, url: string, locale = 'en-GB'): Promise<BrowserUser> {
    const context = await browser.newContext({
      baseURL: url,
      viewport: { width: 1280, height: 800 },
      locale,
      acceptDownloads: true,
    });
    context.setDefaultTimeout(30_000);
    const user = new BrowserUser(context, await context.newPage());
    await user.page.goto('/');
    return user;
  }

  /** Finds the problems of the current screen in light, in dark and on a phone. `screen` names the screenshots. */
  async findProblemsInAllViews(screen: string): Promise<string[]> {
    const found: string[] = [];
    for (const view of Object.keys(views) as View[]) {
      await this.setView(view);
      if (screenshotDirectory) {
        mkdirSync(screenshotDirectory, { recursive: true });
        await this.page.screenshot({ path: join(screenshotDirectory, `${screen}-${view}.png`) });
      }
      found.push(...(await this.findProblems()).map((wrong) => `${view}: ${wrong}`));
    }
    await this.setView('light');
    return found;
  }

  async setView(view: View): Promise<void> {
    const [colorScheme, width, height] = views[view];
    await this.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await this.page.setViewportSize({ width, height });
    await this.page.evaluate(async () => {
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      // Waits for the end of all transitions; endless animations are none.
      const transitions = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
      await Promise.allSettled(transitions.map(({ finished }) => finished));
    });
  }

  /** Finds violations of WCAG 2.2 A and AA (by axe), and sideways scrolling, on the screen as it is now. */
  async findProblems({ colours = true } = {}): Promise<string[]> {
    const found = await this.runAxe(colours);
    return (await this.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth))
      ? [...found, 'scrolls sideways']
      : found;
  }

  /** Opens a page with a full load and returns the bytes of script that it took, as sent. */
  async measureFirstLoad(path: string): Promise<number> {
    await this.page.goto(path, { waitUntil: 'networkidle' });
    const sizes = await this.page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map((entry) => (entry.name.endsWith('.js') ? (entry as PerformanceResourceTiming).encodedBodySize : 0)),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** Lists all texts of the page, also those for screen readers, without the languages' own names. */
  async listTexts(): Promise<string[]> {
    return this.page.evaluate(() => {
      const all = new Set<string>();
      for (const element of document.body.querySelectorAll(
        ':not(script, style, [aria-hidden=true], body [lang], body [lang] *)',
      )) {
        for (const { nodeType, nodeValue } of element.childNodes)
          if (nodeType === Node.TEXT_NODE) all.add(nodeValue!.trim());
        for (const name of ['aria-label', 'aria-description', 'aria-valuetext', 'placeholder', 'title', 'alt'])
          all.add(element.getAttribute(name)?.trim() ?? '');
      }
      return [...all].filter((text) => /\p{L}/u.test(text));
    });
  }

  /** Lists the HTML of buttons, links, labels and headings whose text is cut off. */
  async listCutOffTexts(): Promise<string[]> {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('button *, a *, h1, h2, h3, label')]
        .filter(
          (element) => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1 && element.textContent,
        )
        .map(({ outerHTML }) => outerHTML.slice(0, 200)),
    );
  }

  private async runAxe(colours: boolean): Promise<string[]> {
    // By the debugger, which is not bound by the page's content security policy.
    if (!(await this.page.evaluate(() => 'axe' in globalThis))) await this.page.evaluate(axeSource);
    const { violations } = await this.page.evaluate(async (enabled) => {
      const { axe: checker } = globalThis as unknown as {
        axe: {
          run(
            options: object,
          ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
        };
      };
      return checker.run({
        runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'],
        resultTypes: ['violations'],
        rules: { 'color-contrast': { enabled } },
      });
    }, colours);
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
    );
  }
}
