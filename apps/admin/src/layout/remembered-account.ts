const key = 'rollbook.account';

/** Returns the id of the account that an operator opened last in this browser. */
export const getRememberedAccount = (): string | null => localStorage.getItem(key);

export const rememberAccount = (accountId: string): void => localStorage.setItem(key, accountId);
