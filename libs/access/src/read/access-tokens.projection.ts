import { sql } from 'kysely';
import type { Permission } from '#libs/authorization';
import type { Actor, Recorded } from '#libs/kernel';
import { FoldedTable, normalizeForSearch, type Projection } from '#libs/read-store';
import type { AccessTokenEvent, TokenKind, TokenTerms } from '../domain/access-token.events.js';

/** A row of the read model of access tokens. */
export interface AccessTokenRow {
  token_id: string;
  holder: string;
  kind: TokenKind;
  /** null: valid in the whole installation. */
  account: string | null;
  /** null: the holder was erased. */
  name: string | null;
  /** The name as it is searched and sorted; empty if the holder was erased. */
  name_key: string;
  scopes: readonly Permission[];
  issued_by_id: string;
  issued_by_kind: Actor['kind'];
  /** The id of the token with which it was issued; null: it was not issued with a token. */
  issued_via: string | null;
  issued_at: string;
  expires_at: string;
  ended_at: string | null;
  /** The position in the log of the event that issued it. */
  position: number;
}

export interface AccessTokenTables {
  access_tokens: Omit<AccessTokenRow, 'scopes'> & { scopes: string };
}

/** Maintains the read model of all access tokens, also of ended and expired ones. */
export const AccessTokensProjection: Projection = {
  name: 'access-tokens',
  version: 3,
  tables: ['access_tokens'],
  events: ['AccessTokenIssued', 'AccessTokenEnded'] satisfies AccessTokenEvent['type'][],

  async createTables(db) {
    await sql`
      CREATE TABLE access_tokens (
        token_id text PRIMARY KEY,
        holder text NOT NULL,
        kind text NOT NULL,
        account text,
        name text,
        name_key text COLLATE "C" NOT NULL,
        scopes jsonb NOT NULL,
        issued_by_id text NOT NULL,
        issued_by_kind text NOT NULL,
        issued_via text,
        issued_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        ended_at timestamptz,
        position bigint NOT NULL UNIQUE
      )`.execute(db);
  },

  async createIndexes(db) {
    await sql`CREATE INDEX access_tokens_of_account ON access_tokens (account, kind, position)`.execute(db);
    await sql`CREATE INDEX access_tokens_issued_by ON access_tokens (issued_by_id)`.execute(db);
    await sql`CREATE INDEX access_tokens_issued_via ON access_tokens (issued_via)`.execute(db);
    await sql`CREATE INDEX access_tokens_of_holder ON access_tokens (holder, position)`.execute(db);
  },

  begin: () => {
    const tokens = accessTokens.rows();
    return {
      get size() {
        return tokens.size;
      },
      load: async (events, tx) => {
        const ended = events.filter(({ type }) => type === 'AccessTokenEnded');
        await tokens.load(
          tx,
          ended.map(({ envelope }) => [envelope.subject.id]),
        );
      },
      fold: (events) => {
        for (const event of events) {
          const { subject, at } = event.envelope;
          if (event.type === 'AccessTokenIssued') tokens.set(toRow(event));
          else tokens.update([subject.id], () => ({ ended_at: at }));
        }
        return [];
      },
      changes: () => tokens.changes(),
    };
  },
};

const accessTokens = new FoldedTable<AccessTokenRow, 'token_id'>({
  name: 'access_tokens',
  key: ['token_id'],
  columns: {
    holder: 'replace',
    kind: 'replace',
    account: 'replace',
    name: 'replace',
    name_key: 'replace',
    scopes: 'replace',
    issued_by_id: 'replace',
    issued_by_kind: 'replace',
    issued_via: 'replace',
    issued_at: 'replace',
    expires_at: 'replace',
    ended_at: 'replace',
    position: 'replace',
  },
});

/** Returns the row of a token from the event that issued it. */
function toRow({ data, envelope: { subject, actor, via, at }, position }: Recorded): AccessTokenRow {
  const { holder, kind, account, name, scopes, expiresAt } = data as TokenTerms;
  return {
    token_id: subject.id,
    holder,
    kind,
    account: account ?? null,
    name: name ?? null,
    name_key: normalizeForSearch(name ?? ''),
    scopes,
    issued_by_id: actor.id,
    issued_by_kind: actor.kind,
    issued_via: via ?? null,
    issued_at: at,
    expires_at: expiresAt,
    ended_at: null,
    position,
  };
}
