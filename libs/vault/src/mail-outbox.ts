import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { inTransaction } from './transaction.js';

/** `void`: it made no sense any more when its turn came, or (problem `user.locked`) not then. `parked`: given up, until somebody sends it again. */
export type MailState = 'owed' | 'sent' | 'void' | 'parked';

/** A mail and what became of it. Whom it goes to and what it says is looked up when it is sent. Times are Unix ms. */
export interface Mail {
  /** That of the event which gave rise to it. */
  readonly id: string;
  readonly kind: string;
  /** Whom it goes to, by id. */
  readonly user: string;
  /** The id of what it is about. */
  readonly about: string;
  readonly state: MailState;
  /** How often it was tried in vain. */
  readonly attempts: number;
  /** When it was owed, or sent again. */
  readonly since: number;
  readonly nextAttemptAt: number;
  /** Why the last attempt failed, in a code. */
  readonly problem: string | null;
}

export type NewMail = Pick<Mail, 'id' | 'kind' | 'user' | 'about' | 'since'>;
/** What an attempt came to. */
export type Outcome = Pick<Mail, 'id' | 'state' | 'attempts' | 'nextAttemptAt' | 'problem'>;

const columns = 'id, kind, user, about, state, attempts, since, next_attempt_at AS nextAttemptAt, problem';

/** The mails that are owed, and how far in the log they are known. Holds nobody's name or address. */
export class MailOutbox {
  private readonly statements: Record<
    | 'position'
    | 'advance'
    | 'owe'
    | 'owePassedOver'
    | 'due'
    | 'settle'
    | 'find'
    | 'list'
    | 'sendAgain'
    | 'count'
    | 'forget',
    StatementSync
  >;

  /** @internal part of the vault */
  constructor(private readonly db: DatabaseSync) {
    // A vault of an older build has no such index.
    db.exec("CREATE INDEX IF NOT EXISTS mail_locked ON mail (user) WHERE problem = 'user.locked'");
    this.statements = {
      position: db.prepare("SELECT position FROM process WHERE name = 'mail'"),
      advance: db.prepare(
        "INSERT INTO process (name, position) VALUES ('mail', ?) ON CONFLICT DO UPDATE SET position = excluded.position",
      ),
      owe: db.prepare(
        "INSERT INTO mail (id, kind, user, about, state, attempts, since, next_attempt_at) VALUES (?, ?, ?, ?, 'owed', 0, ?, ?) ON CONFLICT DO NOTHING",
      ),
      owePassedOver: db.prepare(
        // Told which index: without it the planner takes the one by state and time, and looks through all that are void.
        "UPDATE mail INDEXED BY mail_locked SET state = 'owed', problem = NULL, next_attempt_at = ? WHERE problem = 'user.locked' AND user = ?",
      ),
      due: db.prepare(
        `SELECT ${columns} FROM mail WHERE state = 'owed' AND next_attempt_at <= ? ORDER BY next_attempt_at DESC, id LIMIT ?`,
      ),
      settle: db.prepare('UPDATE mail SET state = ?, attempts = ?, next_attempt_at = ?, problem = ? WHERE id = ?'),
      find: db.prepare(`SELECT ${columns} FROM mail WHERE id = ?`),
      list: db.prepare(
        `SELECT ${columns} FROM mail WHERE state = ? AND (? IS NULL OR (since, id) > (SELECT since, id FROM mail WHERE id = ?)) ORDER BY since, id LIMIT ?`,
      ),
      sendAgain: db.prepare(
        "UPDATE mail SET state = 'owed', attempts = 0, since = ?, next_attempt_at = ? WHERE id = ? AND state IN ('owed', 'parked')",
      ),
      count: db.prepare('SELECT count(*) AS count FROM mail WHERE state = ?'),
      forget: db.prepare("DELETE FROM mail WHERE state IN ('sent', 'void') AND since < ?"),
    };
  }

  /** Up to where in the log it is known what is owed; undefined before the first {@link saveWithCheckpoint}. */
  get checkpoint(): number | undefined {
    return (this.statements.position.get() as { position: number } | undefined)?.position;
  }

  /** Notes in one transaction what `note` says and that the log is dealt with up to here. */
  saveWithCheckpoint(position: number, note: () => void): void {
    this.transaction(() => {
      note();
      this.statements.advance.run(position);
    });
  }

  /** Notes in one transaction what `note` says, here and about those who wait. */
  transaction(note: () => void): void {
    inTransaction(this.db, note);
  }

  /** Changes nothing for one that is there already. */
  enqueue({ id, kind, user, about, since }: NewMail): void {
    this.statements.owe.run(id, kind, user, about, since, since);
  }

  /** Owes the user's links again whose turn came while the user was locked. */
  requeueHeldByLock(user: string, now: number): void {
    this.statements.owePassedOver.run(now, user);
  }

  /** The owed ones whose time has come. The newest first: whoever has just asked for a link waits for it, a backlog for nobody. */
  listDue(now: number, limit: number): Mail[] {
    return this.statements.due.all(now, limit) as unknown as Mail[];
  }

  /** Notes in one transaction what attempts came to. */
  saveOutcomes(outcomes: readonly Outcome[]): void {
    this.transaction(() => {
      for (const { id, state, attempts, nextAttemptAt, problem } of outcomes)
        this.statements.settle.run(state, attempts, nextAttemptAt, problem, id);
    });
  }

  find(id: string): Mail | undefined {
    return this.statements.find.get(id) as Mail | undefined;
  }

  /** The oldest first, from the one after `after`. */
  list(state: MailState, limit: number, after: string | null = null): Mail[] {
    return this.statements.list.all(state, after, after, limit) as unknown as Mail[];
  }

  /** Owes a parked mail anew, or makes an owed one due; changes nothing for any other. */
  requeue(id: string, now: number): void {
    this.statements.sendAgain.run(now, now, id);
  }

  count(state: MailState): number {
    return (this.statements.count.get(state) as { count: number }).count;
  }

  /** Forgets what was sent or void and is owed since before then. */
  deleteFinished(owedBefore: number): void {
    this.statements.forget.run(owedBefore);
  }
}
