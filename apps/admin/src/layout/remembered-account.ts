const key = 'rollbook.account';

/** Returns the id of the account that an operator opened last in this browser. */
export const getRememberedAccount = (): string | null => localStorage.getItem(key);

/** Stores the account that an operator has opened, for {@link getRememberedAccount}. */
export const rememberAccount = (accountId: string): void => localStorage.setItem(key, accountId);
