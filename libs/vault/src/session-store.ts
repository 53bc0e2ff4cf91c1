import { sql, type Engine } from './engine/engine.js';
import type { RowMacs } from './row-macs.js';

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
type SessionRow = Session & { readonly hash: string; readonly mac: Uint8Array };

const columns =
  'hash, id, holder, kind, revision, started_at AS "startedAt", used_at AS "usedAt", authenticated_at AS "authenticatedAt", authenticated_by AS "authenticatedBy", agent, mac';

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

const recordEnd = `INSERT INTO ended_session (hash, because, at)
  SELECT hash, CAST(? AS TEXT), CAST(? AS BIGINT) FROM session WHERE holder = ? AND (CAST(? AS TEXT) IS NULL OR id = ?)
  ON CONFLICT (hash) DO UPDATE SET because = excluded.because, at = excluded.at`;

/**
 * Stores the sessions of logged-in users and operators until some time after they have ended, and why a session was ended.
 * `holder` is the id of the user, or of the access token with which an operator logged in.
 */
export class SessionStore {
  /** @internal part of the vault */
  constructor(
    private readonly engine: Engine,
    private readonly macs: RowMacs,
  ) {}

  /** Saves a new session under the SHA-256 of its secret. */
  async add(hash: string, session: Session): Promise<void> {
    const values = macValues(hash, session);
    const add =
      'INSERT INTO session (hash, id, holder, kind, revision, started_at, used_at, authenticated_at, authenticated_by, agent, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)';
    await this.engine.run([sql(add, ...values, this.macs.compute('session', values))]);
  }

  /** Returns the session whose secret has this SHA-256, or undefined if there is none or its row is foreign. */
  async find(hash: string): Promise<Session | undefined> {
    const [row] = await this.engine.query<SessionRow>(sql(`SELECT ${columns} FROM session WHERE hash = ?`, hash));
    return this.checked(row, { hash });
  }

  /** Saves when a session was last used (Unix ms). */
  recordUse(id: string, at: number): Promise<void> {
    return this.update(id, { usedAt: at });
  }

  /** Saves when (Unix ms) and how the user or operator last authenticated in a session. */
  recordAuthentication(id: string, at: number, by: AuthenticationMethod): Promise<void> {
    return this.update(id, { authenticatedAt: at, authenticatedBy: by });
  }

  /** Returns the stored sessions of this user or access token, newest first, without foreign rows; some of them may have expired. */
  async list(holder: string): Promise<Session[]> {
    const list = `SELECT ${columns} FROM session WHERE holder = ? ORDER BY started_at DESC, id`;
    const rows = await this.engine.query<SessionRow>(sql(list, holder));
    return rows.flatMap((row) => this.checked(row, { holder }) ?? []);
  }

  /** Returns how many sessions of users and of operators are stored; some of them may have expired. */
  async count(): Promise<Record<Session['kind'], number>> {
    const count = sql('SELECT kind, count(*) AS count FROM session GROUP BY kind');
    const rows = await this.engine.query<{ kind: Session['kind']; count: number }>(count);
    return { user: 0, 'access-token': 0, ...Object.fromEntries(rows.map((row) => [row.kind, row.count])) };
  }

  /** Returns the first holders of stored sessions, foreign rows included. */
  listHolders(limit: number): Promise<Pick<Session, 'holder' | 'kind'>[]> {
    return this.engine.query(sql('SELECT DISTINCT holder, kind FROM session ORDER BY holder, kind LIMIT ?', limit));
  }

  /** Deletes the session with this id if it belongs to `holder`. */
  async delete(holder: string, id: string): Promise<void> {
    await this.engine.run([sql('DELETE FROM session WHERE holder = ? AND id = ?', holder, id)]);
  }

  /** Deletes a session like {@link delete}, and saves why (`because`) and when (Unix ms) it ended. Returns whether there was such a session. */
  async end(holder: string, id: string, because: string, at: number): Promise<boolean> {
    const [ended] = await this.engine.run([
      sql(recordEnd, because, at, holder, id, id),
      sql('DELETE FROM session WHERE holder = ? AND id = ?', holder, id),
    ]);
    return ended! > 0;
  }

  /** Ends all sessions of this user or access token, like {@link end}. */
  async endAll(holder: string, because: string, at: number): Promise<void> {
    await this.engine.run([
      sql(recordEnd, because, at, holder, null, null),
      sql('DELETE FROM session WHERE holder = ?', holder),
    ]);
  }

  /** Returns why the session whose secret has this SHA-256 was ended, if {@link end} has ended it. */
  async findEnd(hash: string): Promise<string | undefined> {
    const find = sql('SELECT because FROM ended_session WHERE hash = ?', hash);
    return (await this.engine.query<{ because: string }>(find))[0]?.because;
  }

  /** Deletes the sessions that were not used since this time (Unix ms), and the records of sessions that ended before it. */
  async deleteUnusedSince(time: number): Promise<void> {
    await this.engine.run([
      sql('DELETE FROM session WHERE used_at < ?', time),
      sql('DELETE FROM ended_session WHERE at < ?', time),
    ]);
  }

  /**
   * Changes a session and its MAC, unless it is changed between the read and the write. A foreign row is not changed: it must
   * not get a valid MAC. If a column is changed outside of Rollbook meanwhile, the new MAC does not fit, because it covers
   * what was read.
   */
  private async update(
    id: string,
    change: Partial<Pick<Session, 'usedAt' | 'authenticatedAt' | 'authenticatedBy'>>,
  ): Promise<void> {
    for (let changed = 0; changed === 0;) {
      const [row] = await this.engine.query<SessionRow>(sql(`SELECT ${columns} FROM session WHERE id = ?`, id));
      const session = this.checked(row, { id });
      if (!session) return;
      const { hash, mac } = row!;
      const next = { ...session, ...change };
      const { usedAt, authenticatedAt, authenticatedBy } = next;
      const nextMac = this.macs.compute('session', macValues(hash, next));
      const save =
        'UPDATE session SET used_at = ?, authenticated_at = ?, authenticated_by = ?, mac = ? WHERE hash = ? AND mac = ?';
      [changed = 0] = await this.engine.run([sql(save, usedAt, authenticatedAt, authenticatedBy, nextMac, hash, mac)]);
    }
  }

  /**
   * Returns the session of a row, or undefined if there is no row or it is foreign. The MAC is checked with the value that was
   * asked for: in place of the table there may be a view, which can return another value than it compared.
   */
  private checked(row: SessionRow | undefined, askedFor: Partial<SessionRow>): Session | undefined {
    if (!row) return undefined;
    const { hash, mac, ...session } = { ...row, ...askedFor };
    return this.macs.check('session', macValues(hash, session), mac) ? session : undefined;
  }
}
