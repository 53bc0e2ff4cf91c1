import { inList, sql, type Engine } from './engine/engine.js';

/** Stores when each access token was last used (Unix ms). */
export class TokenUses {
  /** @internal part of the vault */
  constructor(private readonly engine: Engine) {}

  /** Saves when tokens were last used, by their ids, in one transaction. */
  async save(uses: ReadonlyMap<string, number>): Promise<void> {
    const save =
      'INSERT INTO token_use (token, used_at) VALUES (?, ?) ON CONFLICT (token) DO UPDATE SET used_at = excluded.used_at WHERE token_use.used_at < excluded.used_at';
    await this.engine.run([...uses].map(([tokenId, usedAt]) => sql(save, tokenId, usedAt)));
  }

  /** Returns when tokens were last used, by their ids; no entry for a token of which no use is stored. */
  async find(tokenIds: readonly string[]): Promise<Map<string, number>> {
    const { text, values } = inList(tokenIds);
    const select = `SELECT token, used_at AS "usedAt" FROM token_use WHERE token IN ${text}`;
    const rows = await this.engine.query<{ token: string; usedAt: number }>(sql(select, ...values));
    return new Map(rows.map(({ token, usedAt }) => [token, usedAt]));
  }
}
