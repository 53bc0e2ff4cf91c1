import { CompiledQuery, type Kysely, type KyselyPlugin } from 'kysely';

/** Returns the query plans of the statements of a read, by `explain` or a variant of it. */
export async function explainReads<Tables>(
  db: Kysely<Tables>,
  read: (db: Kysely<Tables>) => Promise<unknown>,
  explain = 'explain',
): Promise<string> {
  const explained: Promise<unknown>[] = [];
  const plugin: KyselyPlugin = {
    transformQuery: ({ node, queryId }) => {
      const { sql: text, parameters } = db.getExecutor().compileQuery(node, queryId);
      explained.push(
        db.executeQuery(CompiledQuery.raw(`${explain} ${text}`, [...parameters])).then(({ rows }) => rows),
      );
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  await read(db.withPlugin(plugin));
  return JSON.stringify(await Promise.all(explained));
}
