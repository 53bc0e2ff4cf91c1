import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** How somebody has shown who they are: with a password, by a mailed link, or with an access token. */
export type AuthenticationMethod = 'password' | 'link' | 'token';

/** Somebody's visit; its secret nobody keeps, only the SHA-256. Times are Unix ms. */
export interface Session {
  readonly id: string;
  /** A user's id, or that of the access token that was shown. */
  readonly holder: string;
  readonly kind: 'user' | 'access-token';
  /** Of the holder's stream, as it was at the beginning. */
  readonly revision: number;
  readonly startedAt: number;
  readonly usedAt: number;
  /** When its holder last showed who they are, and how. */
  readonly authenticatedAt: number;
  readonly authenticatedBy: AuthenticationMethod;
  /** The browser, as it names itself. */
  readonly agent: string;
}

const columns =
  'id, holder, kind, revision, started_at AS startedAt, used_at AS usedAt, authenticated_at AS authenticatedAt, authenticated_by AS authenticatedBy, agent';

/** The sessions that were begun and not ended. */
export class SessionStore {
  private readonly statements: Record<
    'begin' | 'find' | 'use' | 'authenticate' | 'list' | 'end' | 'endAll' | 'forget',
    StatementSync
  >;

  /** @internal part of the vault */
  constructor(db: DatabaseSync) {
    this.statements = {
      begin: db.prepare(
        'INSERT INTO session (hash, id, holder, kind, revision, started_at, used_at, authenticated_at, authenticated_by, agent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ),
      find: db.prepare(`SELECT ${columns} FROM session WHERE hash = ?`),
      use: db.prepare('UPDATE session SET used_at = ? WHERE id = ?'),
      authenticate: db.prepare('UPDATE session SET authenticated_at = ?, authenticated_by = ? WHERE id = ?'),
      list: db.prepare(`SELECT ${columns} FROM session WHERE holder = ? ORDER BY started_at DESC, id`),
      end: db.prepare('DELETE FROM session WHERE holder = ? AND id = ?'),
      endAll: db.prepare('DELETE FROM session WHERE holder = ?'),
      forget: db.prepare('DELETE FROM session WHERE used_at < ?'),
    };
  }

  add(
    hash: string,
    { id, holder, kind, revision, startedAt, usedAt, authenticatedAt, authenticatedBy, agent }: Session,
  ): void {
    this.statements.begin.run(
      hash,
      id,
      holder,
      kind,
      revision,
      startedAt,
      usedAt,
      authenticatedAt,
      authenticatedBy,
      agent,
    );
  }

  /** The session whose secret has this SHA-256. */
  find(hash: string): Session | undefined {
    return this.statements.find.get(hash) as Session | undefined;
  }

  recordUse(id: string, at: number): void {
    this.statements.use.run(at, id);
  }

  /** Its holder has shown again who they are. */
  recordAuthentication(id: string, at: number, by: AuthenticationMethod): void {
    this.statements.authenticate.run(at, by, id);
  }

  /** Newest first. */
  list(holder: string): Session[] {
    return this.statements.list.all(holder) as unknown as Session[];
  }

  /** Whether there was one to end. */
  delete(holder: string, id: string): boolean {
    return this.statements.end.run(holder, id).changes > 0;
  }

  deleteAll(holder: string): void {
    this.statements.endAll.run(holder);
  }

  /** Forgets those not used since. */
  deleteUnusedSince(usedBefore: number): void {
    this.statements.forget.run(usedBefore);
  }
}
