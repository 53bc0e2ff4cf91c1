import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LruCache } from '#libs/kernel';
import type { RowMacs } from './row-macs.js';

/** How many token ids are held in memory, since each request looks one up; constant. */
const maxCachedTokens = 10_000;

/** The SHA-256 of every access token that has not ended, with the token's id. The tokens themselves are stored nowhere. */
export class TokenHashes {
  private readonly idByHash = new LruCache<string, string>(maxCachedTokens);
  private readonly statements: Record<'save' | 'find' | 'delete', StatementSync>;

  /** @internal part of the vault */
  constructor(
    db: DatabaseSync,
    private readonly macs: RowMacs,
  ) {
    this.statements = {
      save: db.prepare('INSERT INTO token (hash, id, mac) VALUES (?, ?, ?)'),
      find: db.prepare('SELECT id, mac FROM token WHERE hash = ?'),
      delete: db.prepare('DELETE FROM token WHERE id = ?'),
    };
  }

  /** Saves the hash of a token. Throws if this hash was saved before. */
  save(hash: string, tokenId: string): void {
    this.statements.save.run(hash, tokenId, this.macs.compute('token', [hash, tokenId]));
  }

  /** Returns the id of the token with this hash, or undefined if there is none or its row is foreign. */
  findTokenId(hash: string): string | undefined {
    const cached = this.idByHash.get(hash);
    if (cached !== undefined) return cached;
    const row = this.statements.find.get(hash) as { id: string; mac: unknown } | undefined;
    if (!row || !this.macs.check('token', [hash, row.id], row.mac)) return undefined;
    this.idByHash.set(hash, row.id);
    return row.id;
  }

  /** Deletes the hash of a token; does nothing if there is none. */
  delete(tokenId: string): void {
    this.statements.delete.run(tokenId);
    this.idByHash.deleteByValue(tokenId);
  }
}
