import { sql, type Engine, type Statement } from './engine/engine.js';
import { ProcessCheckpoint } from './process-checkpoint.js';
import type { RowMacs } from './row-macs.js';

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

const columns = 'id, kind, "user", about, state, attempts, since, next_attempt_at AS "nextAttemptAt", problem';

/** Stores the mails to send, and the position in the log up to which mails were queued. Holds no names or addresses. */
export class MailOutbox {
  private readonly checkpoint: ProcessCheckpoint;

  /** @internal part of the vault */
  constructor(
    private readonly engine: Engine,
    macs: RowMacs,
  ) {
    this.checkpoint = new ProcessCheckpoint(engine, macs, 'mail');
  }

  /**
   * Returns the position in the log up to which mails were queued; undefined before the first {@link saveWithCheckpoint}.
   * Throws if it was changed outside of Rollbook, see {@link ProcessCheckpoint.find}.
   */
  findCheckpoint(): Promise<number | undefined> {
    return this.checkpoint.find();
  }

  /** Lowers the checkpoint to `position` if it is beyond. */
  lowerCheckpoint(position: number): Promise<void> {
    return this.checkpoint.lower(position);
  }

  /**
   * Makes changes and moves the outbox's checkpoint in the log from `before` (undefined: before all events) to `position`, in
   * one transaction.
   * @throws ChangedMeanwhile if the checkpoint is not `before`; then nothing is changed
   */
  saveWithCheckpoint(before: number | undefined, position: number, changes: readonly Statement[]): Promise<void> {
    return this.save([...this.checkpoint.advance(before, position), ...changes]);
  }

  /** Makes changes of the outbox, of pending approvals, approval notices and link requests in one transaction. */
  async save(changes: readonly Statement[]): Promise<void> {
    await this.engine.run(changes);
  }

  /** Adds a mail to send; does nothing if a mail with this id was added before. A change for {@link save}. */
  enqueue({ id, kind, user, about, since }: NewMail): Statement[] {
    const add =
      'INSERT INTO mail (id, kind, "user", about, state, attempts, since, next_attempt_at) VALUES (?, ?, ?, ?, \'owed\', 0, ?, ?) ON CONFLICT DO NOTHING';
    return [sql(add, id, kind, user, about, since, since)];
  }

  /** Queues a user's mails of a kind again that were not sent because the user was locked. A change for {@link save}. */
  requeueHeldByLock(userId: string, kind: string, now: number): Statement[] {
    const requeue =
      "UPDATE mail SET state = 'owed', problem = NULL, next_attempt_at = ? WHERE problem = 'user.locked' AND \"user\" = ? AND kind = ?";
    return [sql(requeue, now, userId, kind)];
  }

  /**
   * Claims a due mail for the server that sends mails now: one that did it before, and does not know yet that it may not any
   * more, can't claim it afterwards. Returns whether the mail is still to be sent, and by this server.
   * @param tenure the number of this server's turn to send mails; undefined if it is the only one, which need not claim any
   */
  async claim(id: string, tenure: number | undefined): Promise<boolean> {
    if (tenure === undefined) return true;
    const claim = "UPDATE mail SET claim = ? WHERE id = ? AND state = 'owed' AND (claim IS NULL OR claim <= ?)";
    const [claimed] = await this.engine.run([sql(claim, tenure, id, tenure)]);
    return claimed! > 0;
  }

  /** Returns mails that are due, newest first, so that a backlog does not delay a link that somebody is waiting for. */
  listDue(now: number, limit: number): Promise<Mail[]> {
    const list = `SELECT ${columns} FROM mail WHERE state = 'owed' AND next_attempt_at <= ? ORDER BY next_attempt_at DESC, id LIMIT ?`;
    return this.engine.query(sql(list, now, limit));
  }

  /** Saves the states of mails after attempts to send them, in one transaction. */
  saveOutcomes(outcomes: readonly Outcome[]): Promise<void> {
    // A mail that another server has sent meanwhile stays sent.
    const save =
      "UPDATE mail SET state = ?, attempts = ?, next_attempt_at = ?, problem = ? WHERE id = ? AND state = 'owed'";
    return this.save(
      outcomes.map(({ id, state, attempts, nextAttemptAt, problem }) =>
        sql(save, state, attempts, nextAttemptAt, problem, id),
      ),
    );
  }

  /** Returns the mail with this id, or undefined. */
  async find(id: string): Promise<Mail | undefined> {
    return (await this.engine.query<Mail>(sql(`SELECT ${columns} FROM mail WHERE id = ?`, id)))[0];
  }

  /** Returns a page of the mails in a state, oldest first, that follow the mail with the id `after`. */
  list(state: MailState, limit: number, after: string | null = null): Promise<Mail[]> {
    const list = `SELECT ${columns} FROM mail
      WHERE state = ? AND (CAST(? AS TEXT) IS NULL OR (since, id) > (SELECT since, id FROM mail WHERE id = ?))
      ORDER BY since, id LIMIT ?`;
    return this.engine.query(sql(list, state, after, after, limit));
  }

  /** Queues a parked mail again as if it were new, or makes a mail that waits for its next attempt due now; does nothing for mails in other states. */
  requeue(id: string, now: number): Promise<void> {
    const requeue =
      "UPDATE mail SET state = 'owed', attempts = 0, since = ?, next_attempt_at = ? WHERE id = ? AND state IN ('owed', 'parked')";
    return this.save([sql(requeue, now, now, id)]);
  }

  /** Returns how many mails are in a state. */
  async count(state: MailState): Promise<number> {
    const count = sql('SELECT count(*) AS count FROM mail WHERE state = ?', state);
    return (await this.engine.query<{ count: number }>(count))[0]!.count;
  }

  /** Deletes sent and void mails that were queued before this time (Unix ms). */
  deleteFinished(queuedBefore: number): Promise<void> {
    return this.save([sql("DELETE FROM mail WHERE state IN ('sent', 'void') AND since < ?", queuedBefore)]);
  }
}
