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
  /** Returns why an action on the user's page is refused, as the menu says, or `null` if the action has a button. */
  readRefusal: async (name: string): Promise<string | null> => {
    const actions = page().getByRole('group', { name: 'What you may do' });
    await actions.getByRole('button').first().waitFor();
    if (await actions.getByRole('button', { name, exact: true }).count()) return null;
    await actions.getByRole('button', { name: 'More' }).click();
    const refusal = page()
      .getByRole('menuitem', { name: new RegExp(`^${name} `) })
      .and(page().locator('[aria-disabled=true]'))
      .locator('p')
      .last();
    const text = await refusal.textContent();
    await page().keyboard.press('Escape');
    return text;
  },
});
