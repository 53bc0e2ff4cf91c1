import { mustChange, sql, type Engine, type Statement } from './engine/engine.js';

/** One mail that tells the administrators of an account about new users who wait for approval. `dueAt` (Unix ms) is when it is sent, and names it. */
export interface ApprovalNotice {
  readonly account: string;
  readonly dueAt: number;
}

/**
 * Collects the users who have begun to wait for approval, so that administrators get one mail about all who came within
 * some minutes. Its changes are statements, to be run with those of the outbox by `MailOutbox.save`.
 */
export class ApprovalNotices {
  /** @internal part of the vault */
  constructor(private readonly engine: Engine) {}

  /** Adds a user to the account's open notice, or opens one that is sent at `dueAt` (Unix ms). */
  add(userId: string, account: string, dueAt: number): Statement[] {
    return [
      ...this.remove(userId),
      sql('INSERT INTO approval_notice (account, due_at) VALUES (?, ?) ON CONFLICT DO NOTHING', account, dueAt),
      sql(
        'INSERT INTO noticed_user ("user", account, notice) SELECT CAST(? AS TEXT), account, due_at FROM approval_notice WHERE account = ?',
        userId,
        account,
      ),
    ];
  }

  /** Removes a user who does not wait any more. A notice without users is not sent. */
  remove(userId: string): Statement[] {
    return [
      sql(
        `DELETE FROM approval_notice
         WHERE (account, due_at) IN (SELECT account, notice FROM noticed_user WHERE "user" = ?)
         AND NOT EXISTS (SELECT 1 FROM noticed_user WHERE noticed_user.account = approval_notice.account AND notice = due_at AND "user" <> ?)`,
        userId,
        userId,
      ),
      sql('DELETE FROM noticed_user WHERE "user" = ?', userId),
    ];
  }

  /** Returns how many users of a notice still wait for approval. */
  async count({ account, dueAt }: ApprovalNotice): Promise<number> {
    const count = sql('SELECT count(*) AS count FROM noticed_user WHERE account = ? AND notice = ?', account, dueAt);
    return (await this.engine.query<{ count: number }>(count))[0]!.count;
  }

  /** Returns the notices that are to be sent at the time `now` (Unix ms). */
  listDue(now: number): Promise<ApprovalNotice[]> {
    return this.engine.query(sql('SELECT account, due_at AS "dueAt" FROM approval_notice WHERE due_at <= ?', now));
  }

  /** Records that a notice was queued: users who come later get another one. The transaction is rolled back if it was closed before. */
  close({ account, dueAt }: ApprovalNotice): Statement[] {
    return [mustChange(sql('DELETE FROM approval_notice WHERE account = ? AND due_at = ?', account, dueAt))];
  }
}
