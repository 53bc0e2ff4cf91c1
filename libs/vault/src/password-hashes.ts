import type { KeyObject } from 'node:crypto';
import { sql, type Engine } from './engine/engine.js';
import type { RowMacs } from './row-macs.js';
import { unwrap, wrap } from './wrapping.js';

/**
 * Stores the hashes of passwords, encrypted by the vault key. A hash is saved under the id of the command that sets the
 * password, before the event is appended; the id in the user's stream says which hash is valid.
 */
export class PasswordHashes {
  /** @internal part of the vault */
  constructor(
    private readonly engine: Engine,
    private readonly key: KeyObject,
    private readonly macs: RowMacs,
  ) {}

  /** Saves the hash (a PHC string) of a user's password for the command that set it, replacing the command's earlier hash. It is on disk then. */
  async save(userId: string, commandId: string, hash: string): Promise<void> {
    const box = wrap(Buffer.from(hash), this.key, passwordBoxName(userId, commandId));
    const save =
      'INSERT INTO password ("user", command, box) VALUES (?, ?, ?) ON CONFLICT ("user", command) DO UPDATE SET box = excluded.box';
    await this.engine.run([sql(save, userId, commandId, box)]);
  }

  /** Returns the hash of the password that a command set for a user, or undefined if there is none or its row is foreign. */
  async find(userId: string, commandId: string): Promise<string | undefined> {
    const find = sql('SELECT box FROM password WHERE "user" = ? AND command = ?', userId, commandId);
    const [row] = await this.engine.query<{ box: Uint8Array }>(find);
    if (!row) return undefined;
    try {
      return unwrap(row.box, this.key, passwordBoxName(userId, commandId)).toString();
    } catch {
      this.macs.countForeignRow('password');
      return undefined;
    }
  }

  /** Returns how many users have a hash. */
  async countUsers(): Promise<number> {
    const count = sql('SELECT count(DISTINCT "user") AS count FROM password');
    return (await this.engine.query<{ count: number }>(count))[0]!.count;
  }

  /** Deletes a hash whose command failed, or that was replaced by a newer password. */
  async delete(userId: string, commandId: string): Promise<void> {
    await this.engine.run([sql('DELETE FROM password WHERE "user" = ? AND command = ?', userId, commandId)]);
  }
}

/**
 * Returns the name to which the box of a password is bound. It contains the command as well as the user, so that a copy of
 * the box of an older password does not open.
 */
export const passwordBoxName = (userId: string, commandId: string): string =>
  `password:${JSON.stringify([userId, commandId])}`;
