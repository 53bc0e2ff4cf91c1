import type { Locator, Page } from 'playwright-core';

/** How many clicks a task needs and how many fields it asks for. */
export interface Effort {
  readonly clicks: number;
  readonly fields: number;
}

/** Acts on a page like a person and counts the clicks and the fields that were filled. */
export class CountingUser {
  private clicks = 0;
  private fields = 0;

  constructor(private readonly page: Page) {}

  /** Clicks an element by its role and name. */
  async click(role: Parameters<Page['getByRole']>[0], name: string | RegExp, within: Page | Locator = this.page) {
    await this.clickOn(within.getByRole(role, typeof name === 'string' ? { name, exact: true } : { name }));
  }

  async clickOn(element: Locator): Promise<void> {
    await element.click();
    this.clicks++;
  }

  /** Fills a field and counts it. */
  async fill(element: Locator, text: string): Promise<void> {
    await element.fill(text);
    this.fields++;
  }

  /** The clicks and fields so far. */
  get effort(): Effort {
    return { clicks: this.clicks, fields: this.fields };
  }
}
