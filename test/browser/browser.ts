import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromiumPath } from '../support/chromium.js';

export { chromiumPath, startBrowser } from '../support/chromium.js';

if (!chromiumPath) process.stderr.write('test/browser: skipped, no Chromium is installed (CHROMIUM names one elsewhere).\n');

/** Screenshots of each screen are kept here, where it is set. */
const screenshots = process.env['SCREENSHOTS'];

const axe = readFileSync(createRequire(join(process.cwd(), 'package.json')).resolve('axe-core/axe.min.js'), 'utf8');

/** Somebody at a browser of their own: what they see is checked as they go. */
export class Visitor {
  /** What went wrong in the page: errors of scripts, and whatever the content security policy stopped. */
  readonly errors: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
  ) {
    // What the server refuses is told by the browser, too; the page shows it, so it is no error of the page.
    page.on('console', (message) => message.type() === 'error' && !message.text().startsWith('Failed to load resource') && this.errors.push(message.text()));
    page.on('pageerror', (error) => this.errors.push(String(error)));
  }

  static async at(browser: Browser, url: string): Promise<Visitor> {
    const context = await browser.newContext({ baseURL: url, viewport: { width: 1280, height: 800 }, locale: 'en-GB', acceptDownloads: true });
    context.setDefaultTimeout(10_000);
    const visitor = new Visitor(context, await context.newPage());
    await visitor.page.goto('/');
    return visitor;
  }

  /** What axe (WCAG 2.2 A and AA) finds on this screen, in light and dark and on a phone; looks for sideways scrolling, too. */
  async findings(screen: string): Promise<string[]> {
    const found: string[] = [];
    for (const [name, colorScheme, width] of [['light', 'light', 1280], ['dark', 'dark', 1280], ['phone', 'light', 360]] as const) {
      await this.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await this.page.setViewportSize({ width, height: width === 360 ? 740 : 800 });
      await this.page.evaluate(async () => {
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        // Whatever slides or fades has come to rest; what turns for ever is no transition.
        const transitions = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
        await Promise.allSettled(transitions.map(({ finished }) => finished));
      });
      if (screenshots) {
        mkdirSync(screenshots, { recursive: true });
        await this.page.screenshot({ path: join(screenshots, `${screen}-${name}.png`) });
      }
      found.push(...(await this.axe()).map((finding) => `${name}: ${finding}`));
      if (await this.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth)) found.push(`${name}: scrolls sideways`);
    }
    await this.page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await this.page.setViewportSize({ width: 1280, height: 800 });
    return found;
  }

  private async axe(): Promise<string[]> {
    // By the debugger, which the page's content security policy does not bind.
    await this.page.evaluate(axe);
    const { violations } = await this.page.evaluate(async () => {
      const { axe: checker } = globalThis as unknown as { axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> } };
      return checker.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] });
    });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`));
  }
}
