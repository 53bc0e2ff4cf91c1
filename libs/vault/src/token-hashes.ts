import { LruCache } from '#libs/kernel';
import { sql, type Engine } from './engine/engine.js';
import type { RowMacs } from './row-macs.js';

/** How many token ids are held in memory, since each request looks one up; constant. */
const maxCachedTokens = 10_000;

/** The SHA-256 of every access token that has not ended, with the token's id. The tokens themselves are stored nowhere. */
export class TokenHashes {
  private readonly idByHash = new LruCache<string, string>(maxCachedTokens);

  /** @internal part of the vault */
  constructor(
    private readonly engine: Engine,
    private readonly macs: RowMacs,
  ) {}

  /** Saves the hash of a token. Throws if this hash was saved before. */
  async save(hash: string, tokenId: string): Promise<void> {
    const mac = this.macs.compute('token', [hash, tokenId]);
    await this.engine.run([sql('INSERT INTO token (hash, id, mac) VALUES (?, ?, ?)', hash, tokenId, mac)]);
  }

  /** Returns the id of the token with this hash, or undefined if there is none or its row is foreign. */
  async findTokenId(hash: string): Promise<string | undefined> {
    const cached = this.idByHash.get(hash);
    if (cached !== undefined) return cached;
    const [row] = await this.engine.query<{ id: string; mac: unknown }>(
      sql('SELECT id, mac FROM token WHERE hash = ?', hash),
    );
    if (!row || !this.macs.check('token', [hash, row.id], row.mac)) return undefined;
    this.idByHash.set(hash, row.id);
    return row.id;
  }

  /** Returns how many tokens have a hash; some of them may have expired. */
  async count(): Promise<number> {
    return (await this.engine.query<{ count: number }>(sql('SELECT count(*) AS count FROM token')))[0]!.count;
  }

  /** Returns the ids of the first tokens that have a hash, foreign rows included. */
  async listIds(limit: number): Promise<string[]> {
    const list = sql('SELECT DISTINCT id FROM token ORDER BY id LIMIT ?', limit);
    return (await this.engine.query<{ id: string }>(list)).map(({ id }) => id);
  }

  /** Deletes the hash of a token; does nothing if there is none. */
  async delete(tokenId: string): Promise<void> {
    await this.engine.run([sql('DELETE FROM token WHERE id = ?', tokenId)]);
    this.idByHash.deleteByValue(tokenId);
  }
}
