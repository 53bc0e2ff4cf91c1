import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { ProcessCheckpoint } from './process-checkpoint.js';
import type { RowMacs } from './row-macs.js';
import { inTransaction } from './transaction.js';

/**
 * `owed`: to be sent. `void`: there was no reason left to send it, or (problem `user.locked`) not while the user is
 * locked. `parked`: given up until an operator sends it again.
 */
export type MailState = 'owed' | 'sent' | 'void' | 'parked';

/** A mail and its state. Its address and text are composed when it is sent. Times are Unix ms. */
export interface Mail {
  /** The id of the event that caused it. */
  readonly id: string;
  readonly kind: string;
  /** The id of the recipient. */
  readonly user: string;
  /** For a link: the id of the command that asked for it. For a reminder: the account's id. */
  readonly about: string;
  readonly state: MailState;
  /** How many attempts failed. */
  readonly attempts: number;
  /** When it was queued first, or queued again by an operator. */
  readonly since: number;
  readonly nextAttemptAt: number;
  /** The code of the last attempt's error. */
  readonly problem: string | null;
}

export type NewMail = Pick<Mail, 'id' | 'kind' | 'user' | 'about' | 'since'>;
/** The state of a mail after an attempt to send it. */
export type Outcome = Pick<Mail, 'id' | 'state' | 'attempts' | 'nextAttemptAt' | 'problem'>;

const columns = 'id, kind, user, about, state, attempts, since, next_attempt_at AS nextAttemptAt, problem';

/** Stores the mails to send, and the position in the log up to which mails were queued. Holds no names or addresses. */
export class MailOutbox {
  private readonly mailCheckpoint: ProcessCheckpoint;
  private readonly statements: Record<
    | 'enqueue'
    | 'requeueHeldByLock'
    | 'listDue'
    | 'saveOutcome'
    | 'find'
    | 'list'
    | 'requeue'
    | 'count'
    | 'deleteFinished',
    StatementSync
  >;

  /** @internal part of the vault */
  constructor(
    private readonly db: DatabaseSync,
    macs: RowMacs,
  ) {
    this.mailCheckpoint = new ProcessCheckpoint(db, macs, 'mail');
    // Vaults of older builds lack this index.
    db.exec("CREATE INDEX IF NOT EXISTS mail_locked ON mail (user) WHERE problem = 'user.locked'");
    this.statements = {
      enqueue: db.prepare(
        "INSERT INTO mail (id, kind, user, about, state, attempts, since, next_attempt_at) VALUES (?, ?, ?, ?, 'owed', 0, ?, ?) ON CONFLICT DO NOTHING",
      ),
      requeueHeldByLock: db.prepare(
        // Without the index given, SQLite uses the one by state and time and reads every void mail.
        "UPDATE mail INDEXED BY mail_locked SET state = 'owed', problem = NULL, next_attempt_at = ? WHERE problem = 'user.locked' AND user = ? AND kind = ?",
      ),
      listDue: db.prepare(
        `SELECT ${columns} FROM mail WHERE state = 'owed' AND next_attempt_at <= ? ORDER BY next_attempt_at DESC, id LIMIT ?`,
      ),
      saveOutcome: db.prepare('UPDATE mail SET state = ?, attempts = ?, next_attempt_at = ?, problem = ? WHERE id = ?'),
      find: db.prepare(`SELECT ${columns} FROM mail WHERE id = ?`),
      list: db.prepare(
        `SELECT ${columns} FROM mail WHERE state = ? AND (? IS NULL OR (since, id) > (SELECT since, id FROM mail WHERE id = ?)) ORDER BY since, id LIMIT ?`,
      ),
      requeue: db.prepare(
        "UPDATE mail SET state = 'owed', attempts = 0, since = ?, next_attempt_at = ? WHERE id = ? AND state IN ('owed', 'parked')",
      ),
      count: db.prepare('SELECT count(*) AS count FROM mail WHERE state = ?'),
      deleteFinished: db.prepare("DELETE FROM mail WHERE state IN ('sent', 'void') AND since < ?"),
    };
  }

  /**
   * The position in the log up to which mails were queued; undefined before the first {@link saveWithCheckpoint}.
   * Throws if it was changed outside of Rollbook, see {@link ProcessCheckpoint.find}.
   */
  get checkpoint(): number | undefined {
    return this.mailCheckpoint.find();
  }

  /** Lowers the checkpoint to `position` if it is beyond. */
  lowerCheckpoint(position: number): void {
    this.mailCheckpoint.lower(position);
  }

  /** Runs `change` and saves `position` as the outbox's checkpoint in the log, in one transaction. */
  saveWithCheckpoint(position: number, change: () => void): void {
    this.transaction(() => {
      change();
      this.mailCheckpoint.save(position);
    });
  }

  /** Runs `change` in one transaction, which may also change pending approvals and link requests. */
  transaction(change: () => void): void {
    inTransaction(this.db, change);
  }

  /** Adds a mail to send; does nothing if a mail with this id was added before. */
  enqueue({ id, kind, user, about, since }: NewMail): void {
    this.statements.enqueue.run(id, kind, user, about, since, since);
  }

  /** Queues a user's mails of a kind again that were not sent because the user was locked. */
  requeueHeldByLock(userId: string, kind: string, now: number): void {
    this.statements.requeueHeldByLock.run(now, userId, kind);
  }

  /** Returns mails that are due, newest first, so that a backlog does not delay a link that somebody is waiting for. */
  listDue(now: number, limit: number): Mail[] {
    return this.statements.listDue.all(now, limit) as unknown as Mail[];
  }

  /** Saves the states of mails after attempts to send them, in one transaction. */
  saveOutcomes(outcomes: readonly Outcome[]): void {
    this.transaction(() => {
      for (const { id, state, attempts, nextAttemptAt, problem } of outcomes)
        this.statements.saveOutcome.run(state, attempts, nextAttemptAt, problem, id);
    });
  }

  /** Returns the mail with this id, or undefined. */
  find(id: string): Mail | undefined {
    return this.statements.find.get(id) as Mail | undefined;
  }

  /** Returns a page of the mails in a state, oldest first, that follow the mail with the id `after`. */
  list(state: MailState, limit: number, after: string | null = null): Mail[] {
    return this.statements.list.all(state, after, after, limit) as unknown as Mail[];
  }

  /** Queues a parked mail again as if it were new, or makes a mail that waits for its next attempt due now; does nothing for mails in other states. */
  requeue(id: string, now: number): void {
    this.statements.requeue.run(now, now, id);
  }

  /** Returns how many mails are in a state. */
  count(state: MailState): number {
    return (this.statements.count.get(state) as { count: number }).count;
  }

  /** Deletes sent and void mails that were queued before this time (Unix ms). */
  deleteFinished(queuedBefore: number): void {
    this.statements.deleteFinished.run(queuedBefore);
  }
}
