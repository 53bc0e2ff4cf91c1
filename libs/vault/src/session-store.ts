import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { inTransaction } from './transaction.js';

/** How the holder of a session authenticated: with a password, by a mailed link, or with an access token. */
export type AuthenticationMethod = 'password' | 'link' | 'token';

/** A session of a user or an operator. Its secret is stored nowhere, only the SHA-256. Times are Unix ms. */
export interface Session {
  readonly id: string;
  /** The id of the user, or of the access token that the session was started with. */
  readonly holder: string;
  readonly kind: 'user' | 'access-token';
  /** The revision of the user's stream when the session was started. */
  readonly revision: number;
  readonly startedAt: number;
  readonly usedAt: number;
  /** When the holder last authenticated. */
  readonly authenticatedAt: number;
  readonly authenticatedBy: AuthenticationMethod;
  /** The browser's User-Agent. */
  readonly agent: string;
}

const columns =
  'id, holder, kind, revision, started_at AS startedAt, used_at AS usedAt, authenticated_at AS authenticatedAt, authenticated_by AS authenticatedBy, agent';

const recordEnd =
  'INSERT OR REPLACE INTO ended_session (hash, because, at) SELECT hash, ?, ? FROM session WHERE holder = ?';

/**
 * Stores the sessions of logged-in users and operators until some time after they have ended, and why a session was ended.
 * `holder` is the id of the user, or of the access token with which an operator logged in.
 */
export class SessionStore {
  private readonly statements: Record<
    | 'add'
    | 'find'
    | 'recordUse'
    | 'recordAuthentication'
    | 'list'
    | 'delete'
    | 'deleteAll'
    | 'deleteUnusedSince'
    | 'recordEnd'
    | 'recordEndOfAll'
    | 'findEnd'
    | 'deleteEndsBefore',
    StatementSync
  >;

  /** @internal part of the vault */
  constructor(private readonly db: DatabaseSync) {
    // Vaults of older builds lack this table. It knows neither the holder nor the browser of a session.
    db.exec(
      'CREATE TABLE IF NOT EXISTS ended_session (hash TEXT PRIMARY KEY, because TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID',
    );
    this.statements = {
      add: db.prepare(
        'INSERT INTO session (hash, id, holder, kind, revision, started_at, used_at, authenticated_at, authenticated_by, agent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ),
      find: db.prepare(`SELECT ${columns} FROM session WHERE hash = ?`),
      recordUse: db.prepare('UPDATE session SET used_at = ? WHERE id = ?'),
      recordAuthentication: db.prepare('UPDATE session SET authenticated_at = ?, authenticated_by = ? WHERE id = ?'),
      list: db.prepare(`SELECT ${columns} FROM session WHERE holder = ? ORDER BY started_at DESC, id`),
      delete: db.prepare('DELETE FROM session WHERE holder = ? AND id = ?'),
      deleteAll: db.prepare('DELETE FROM session WHERE holder = ?'),
      deleteUnusedSince: db.prepare('DELETE FROM session WHERE used_at < ?'),
      recordEnd: db.prepare(`${recordEnd} AND id = ?`),
      recordEndOfAll: db.prepare(recordEnd),
      findEnd: db.prepare('SELECT because FROM ended_session WHERE hash = ?'),
      deleteEndsBefore: db.prepare('DELETE FROM ended_session WHERE at < ?'),
    };
  }

  /** Saves a new session under the SHA-256 of its secret. */
  add(
    hash: string,
    { id, holder, kind, revision, startedAt, usedAt, authenticatedAt, authenticatedBy, agent }: Session,
  ): void {
    this.statements.add.run(
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

  /** Returns the session whose secret has this SHA-256, or undefined. */
  find(hash: string): Session | undefined {
    return this.statements.find.get(hash) as Session | undefined;
  }

  /** Saves when a session was last used (Unix ms). */
  recordUse(id: string, at: number): void {
    this.statements.recordUse.run(at, id);
  }

  /** Saves when (Unix ms) and how the user or operator last authenticated in a session. */
  recordAuthentication(id: string, at: number, by: AuthenticationMethod): void {
    this.statements.recordAuthentication.run(at, by, id);
  }

  /** Returns the stored sessions of this user or access token, newest first; some of them may have expired. */
  list(holder: string): Session[] {
    return this.statements.list.all(holder) as unknown as Session[];
  }

  /** Deletes the session with this id if it belongs to `holder`. Returns whether there was such a session. */
  delete(holder: string, id: string): boolean {
    return this.statements.delete.run(holder, id).changes > 0;
  }

  /** Deletes a session like {@link delete}, and saves why (`because`) and when (Unix ms) it ended. */
  end(holder: string, id: string, because: string, at: number): boolean {
    return inTransaction(this.db, () => {
      this.statements.recordEnd.run(because, at, holder, id);
      return this.delete(holder, id);
    });
  }

  /** Ends all sessions of this user or access token, like {@link end}. */
  endAll(holder: string, because: string, at: number): void {
    inTransaction(this.db, () => {
      this.statements.recordEndOfAll.run(because, at, holder);
      this.statements.deleteAll.run(holder);
    });
  }

  /** Returns why the session whose secret has this SHA-256 was ended, if {@link end} has ended it. */
  findEnd(hash: string): string | undefined {
    return (this.statements.findEnd.get(hash) as { because: string } | undefined)?.because;
  }

  /** Deletes the sessions that were not used since this time (Unix ms), and the records of sessions that ended before it. */
  deleteUnusedSince(time: number): void {
    this.statements.deleteUnusedSince.run(time);
    this.statements.deleteEndsBefore.run(time);
  }
}
