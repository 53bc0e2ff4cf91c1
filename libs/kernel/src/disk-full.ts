import { Refusal } from './refusal.js';

/** Nothing can be written for want of room, whatever it is. */
export const diskFull = () =>
  new Refusal('storage.full', 'unavailable', 'The disk is full: nothing can be written until there is room again.');

/** Whether this is what SQLite (SQLITE_FULL) or the system says of a full disk. */
export function isDiskFull(error: unknown): boolean {
  const { errcode, code } = Object(error) as { errcode?: unknown; code?: unknown };
  return (typeof errcode === 'number' && errcode % 256 === 13) || code === 'ENOSPC' || code === 'EDQUOT';
}
