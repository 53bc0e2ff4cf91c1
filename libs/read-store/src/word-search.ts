import { sql, type RawBuilder } from 'kysely';
import { normalizeForSearch } from './normalize-for-search.js';

/**
 * Returns the condition that each word of a search is a part of one of these texts, in any order. The texts must be stored
 * as {@link normalizeForSearch} returns them. For short tables: it reads every row.
 */
export function hasEveryWord(search: string, ...texts: readonly RawBuilder<unknown>[]): RawBuilder<boolean> {
  const words = normalizeForSearch(search).split(/\s+/u);
  const found = words.map((word) => {
    const pattern = `%${word.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
    return sql`(${sql.join(
      texts.map((text) => sql`${text} like ${pattern}`),
      sql` or `,
    )})`;
  });
  return sql<boolean>`(${sql.join(found, sql` and `)})`;
}
