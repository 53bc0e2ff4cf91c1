import { Refusal } from './refusal.js';

/** Makes the refusal of every write while the disk is full. */
export const diskFullRefusal = () =>
  new Refusal('storage.full', 'unavailable', 'The disk is full: nothing can be written until there is room again.');

/** Returns whether an error of SQLite (SQLITE_FULL) or of the system means that the disk is full. */
export function isDiskFull(error: unknown): boolean {
  const { errcode, code } = Object(error) as { errcode?: unknown; code?: unknown };
  return (typeof errcode === 'number' && errcode % 256 === 13) || code === 'ENOSPC' || code === 'EDQUOT';
}
