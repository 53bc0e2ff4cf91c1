const key = 'rollbook.account';

/** The account that an operator looked at last in this browser. */
export const getRememberedAccount = (): string | null => localStorage.getItem(key);

export const rememberAccount = (accountId: string): void => localStorage.setItem(key, accountId);
