import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromiumPath } from '../support/chromium.js';

export { chromiumPath, startBrowser } from '../support/chromium.js';

if (!chromiumPath)
  process.stderr.write('test/browser: skipped, no Chromium is installed (CHROMIUM names one elsewhere).\n');

/** Screenshots of each screen are kept here, where it is set. */
const screenshots = process.env['SCREENSHOTS'];

const axe = readFileSync(createRequire(join(process.cwd(), 'package.json')).resolve('axe-core/axe.min.js'), 'utf8');

/** How a screen is looked at. */
const views = { light: ['light', 1280, 800], dark: ['dark', 1280, 800], phone: ['light', 360, 740] } as const;
type View = keyof typeof views;

/** Somebody at a browser of their own: what they see is checked as they go. */
export class Visitor {
  /** What went wrong in the page: errors of scripts, and whatever the content security policy stopped. */
  readonly errors: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    // What the server refuses is told by the browser, too; the page shows it, so it is no error of the page.
    page.on(
      'console',
      (message) =>
        message.type() === 'error' &&
        !message.text().startsWith('Failed to load resource') &&
        this.errors.push(message.text()),
    );
    page.on('pageerror', (error) => this.errors.push(String(error)));
  }

  static async at(browser: Browser, url: string, locale = 'en-GB'): Promise<Visitor> {
    const context = await browser.newContext({
      baseURL: url,
      viewport: { width: 1280, height: 800 },
      locale,
      acceptDownloads: true,
    });
    context.setDefaultTimeout(10_000);
    const visitor = new Visitor(context, await context.newPage());
    await visitor.page.goto('/');
    return visitor;
  }

  /** What axe (WCAG 2.2 A and AA) finds on this screen, in light and dark and on a phone; looks for sideways scrolling, too. */
  async findings(screen: string): Promise<string[]> {
    const found: string[] = [];
    for (const view of Object.keys(views) as View[]) {
      await this.lookAs(view);
      if (screenshots) {
        mkdirSync(screenshots, { recursive: true });
        await this.page.screenshot({ path: join(screenshots, `${screen}-${view}.png`) });
      }
      found.push(...(await this.wrongs()).map((wrong) => `${view}: ${wrong}`));
    }
    await this.lookAs('light');
    return found;
  }

  async lookAs(view: View): Promise<void> {
    const [colorScheme, width, height] = views[view];
    await this.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await this.page.setViewportSize({ width, height });
    await this.page.evaluate(async () => {
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      // Whatever slides or fades has come to rest; what turns for ever is no transition.
      const transitions = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
      await Promise.allSettled(transitions.map(({ finished }) => finished));
    });
  }

  /** What is wrong with the screen as it is seen now. */
  async wrongs({ colours = true } = {}): Promise<string[]> {
    const found = await this.axe(colours);
    return (await this.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth))
      ? [...found, 'scrolls sideways']
      : found;
  }

  /** Opens a page as one who comes for the first time; how many bytes of script that takes, as sent. */
  async firstLoad(path: string): Promise<number> {
    await this.page.goto(path, { waitUntil: 'networkidle' });
    const sizes = await this.page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map((entry) => (entry.name.endsWith('.js') ? (entry as PerformanceResourceTiming).encodedBodySize : 0)),
    );
    return sizes.reduce((sum, size) => sum + size, 0);
  }

  /** All that the page says, also to who can't see it; not the languages' own names. */
  async texts(): Promise<string[]> {
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

  /** What buttons and headings say that is cut off, for want of room. */
  async cutOff(): Promise<string[]> {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('button *, a *, h1, h2, h3, label')]
        .filter(
          (element) => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1 && element.textContent,
        )
        .map(({ outerHTML }) => outerHTML.slice(0, 200)),
    );
  }

  private async axe(colours: boolean): Promise<string[]> {
    // By the debugger, which the page's content security policy does not bind.
    if (!(await this.page.evaluate(() => 'axe' in globalThis))) await this.page.evaluate(axe);
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
