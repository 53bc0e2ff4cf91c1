import type { Locator, Page } from 'playwright-core';

/** Returns functions that find, click and fill elements of the current page by their labels. */
export const pageActions = (page: () => Page) => ({
  dialog: (): Locator => page().getByRole('dialog'),
  /** Finds a row by a part of its text. */
  row: (name: RegExp | string): Locator => page().getByRole('row', { name: new RegExp(name) }),
  press: (name: string, within: Page | Locator = page()) => within.getByRole('button', { name, exact: true }).click(),
  fill: (name: string, value: string, within: Page | Locator = page()) =>
    within.getByRole('textbox', { name, exact: true }).fill(value),
  /** Types into a combobox and picks an option. */
  pickOption: async (name: string, typed: string, option: string | RegExp): Promise<void> => {
    await page().getByRole('combobox', { name, exact: true }).fill(typed);
    await page().getByRole('option', { name: option }).click();
    await page().keyboard.press('Escape');
  },
  /** Returns the reason why an action's button is disabled, or `null` if it is enabled. */
  readRefusal: async (name: string): Promise<string | null> => {
    const button = page().getByRole('group', { name: 'What you may do' }).getByRole('button', { name, exact: true });
    await button.waitFor();
    return (await button.getAttribute('aria-disabled')) === 'true' ? button.getAttribute('aria-description') : null;
  },
});
