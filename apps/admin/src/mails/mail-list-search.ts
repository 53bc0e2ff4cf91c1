import type { ListedMailState } from '../api/mails';

/** Parses the state in the address of the page of mails; without one, those that were given up are shown. */
export const parseMailListSearch = ({ state }: Record<string, unknown>): { state?: ListedMailState } =>
  state === 'owed' || state === 'parked' ? { state } : {};
