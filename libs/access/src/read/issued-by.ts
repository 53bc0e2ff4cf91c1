import type { Kysely } from 'kysely';
import type { QueryContext } from '#libs/kernel';
import { isManageable } from './access-tokens.js';
import type { AccessTokenRow, AccessTokenTables } from './access-tokens.projection.js';

/** The issuers whose tokens are searched: users, or tokens. */
export type Issuers = { readonly users: readonly string[] } | { readonly tokens: readonly string[] };

/** A valid token, with `root`: the id of the issuer (of `Issuers`) from which it comes. */
export type IssuedRow = AccessTokenRow & { readonly root: string };

/**
 * Returns the valid tokens that these users, or callers with these tokens, have issued, directly or with a token that they
 * issued: only those that the caller may manage, oldest first. A user's own tokens are left out: they end with the user's
 * rights.
 */
export async function listIssuedBy(
  db: Kysely<AccessTokenTables>,
  issuers: Issuers,
  {
    at,
    limit,
    ...context
  }: Pick<QueryContext, 'actor' | 'account' | 'mayActOnAdministrators' | 'at'> & { readonly limit: number },
): Promise<IssuedRow[]> {
  const rows = await db
    .withRecursive('issued(root, token_id)', (query) =>
      query
        .selectFrom('access_tokens as first')
        .select((row) => [
          row
            .ref('users' in issuers ? 'first.issued_by_id' : 'first.issued_via')
            .$notNull()
            .as('root'),
          'first.token_id',
        ])
        .where((row) =>
          'users' in issuers
            ? row.and([row('first.issued_by_kind', '=', 'user'), row('first.issued_by_id', 'in', issuers.users)])
            : row('first.issued_via', 'in', issuers.tokens),
        )
        .union((more) =>
          more
            .selectFrom('access_tokens as next')
            .innerJoin('issued', 'issued.token_id', 'next.issued_via')
            .select(['issued.root', 'next.token_id']),
        ),
    )
    .selectFrom('access_tokens')
    .innerJoin('issued', 'issued.token_id', 'access_tokens.token_id')
    .selectAll('access_tokens')
    .select('issued.root')
    .where('access_tokens.ended_at', 'is', null)
    .where('access_tokens.expires_at', '>', at)
    .where((row) =>
      row.or([row('access_tokens.kind', '<>', 'user'), row('access_tokens.holder', '<>', row.ref('issued.root'))]),
    )
    .where((row) => isManageable(row as never, context))
    .orderBy('access_tokens.position')
    .limit(limit)
    .execute();
  return rows as unknown as IssuedRow[];
}
