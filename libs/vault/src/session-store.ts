import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { RowMacs } from './row-macs.js';
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

/** A session as it is in the table. */
type SessionRow = Session & { readonly hash: string; readonly mac: unknown };

const columns =
  'hash, id, holder, kind, revision, started_at AS startedAt, used_at AS usedAt, authenticated_at AS authenticatedAt, authenticated_by AS authenticatedBy, agent, mac';

/** Returns what the MAC of a session covers. */
const macValues = (hash: string, session: Session): (string | number)[] => [
  hash,
  session.id,
  session.holder,
  session.kind,
  session.revision,
  session.startedAt,
  session.usedAt,
  session.authenticatedAt,
  session.authenticatedBy,
  session.agent,
];

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
    | 'findById'
    | 'update'
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
  constructor(
    private readonly db: DatabaseSync,
    private readonly macs: RowMacs,
  ) {
    // Vaults of older builds lack this table. It knows neither the holder nor the browser of a session.
    db.exec(
      'CREATE TABLE IF NOT EXISTS ended_session (hash TEXT PRIMARY KEY, because TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID',
    );
    this.statements = {
      add: db.prepare(
        'INSERT INTO session (hash, id, holder, kind, revision, started_at, used_at, authenticated_at, authenticated_by, agent, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ),
      find: db.prepare(`SELECT ${columns} FROM session WHERE hash = ?`),
      findById: db.prepare(`SELECT ${columns} FROM session WHERE id = ?`),
      update: db.prepare(
        'UPDATE session SET used_at = ?, authenticated_at = ?, authenticated_by = ?, mac = ? WHERE hash = ?',
      ),
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
  add(hash: string, session: Session): void {
    const values = macValues(hash, session);
    this.statements.add.run(...values, this.macs.compute('session', values));
  }

  /** Returns the session whose secret has this SHA-256, or undefined if there is none or its row is foreign. */
  find(hash: string): Session | undefined {
    return this.checked(this.statements.find.get(hash), { hash });
  }

  /** Saves when a session was last used (Unix ms). */
  recordUse(id: string, at: number): void {
    this.update(id, { usedAt: at });
  }

  /** Saves when (Unix ms) and how the user or operator last authenticated in a session. */
  recordAuthentication(id: string, at: number, by: AuthenticationMethod): void {
    this.update(id, { authenticatedAt: at, authenticatedBy: by });
  }

  /** Returns the stored sessions of this user or access token, newest first, without foreign rows; some of them may have expired. */
  list(holder: string): Session[] {
    return this.statements.list.all(holder).flatMap((row) => this.checked(row, { holder }) ?? []);
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

  /**
   * Changes a session and its MAC, in one statement. A foreign row is not changed: it must not get a valid MAC. If a column
   * is changed outside of Rollbook between the read and the write, the new MAC does not fit, because it covers what was read.
   */
  private update(id: string, change: Partial<Pick<Session, 'usedAt' | 'authenticatedAt' | 'authenticatedBy'>>): void {
    const row = this.statements.findById.get(id);
    const session = this.checked(row, { id });
    if (!session) return;
    const { hash } = row as { hash: string };
    const changed = { ...session, ...change };
    const { usedAt, authenticatedAt, authenticatedBy } = changed;
    const mac = this.macs.compute('session', macValues(hash, changed));
    this.statements.update.run(usedAt, authenticatedAt, authenticatedBy, mac, hash);
  }

  /**
   * Returns the session of a row, or undefined if there is no row or it is foreign. The MAC is checked with the value that was
   * asked for: in place of the table there may be a view, which can return another value than it compared.
   */
  private checked(row: object | undefined, askedFor: Partial<SessionRow>): Session | undefined {
    if (!row) return undefined;
    const { hash, mac, ...session } = { ...(row as SessionRow), ...askedFor };
    return this.macs.check('session', macValues(hash, session), mac) ? session : undefined;
  }
}
