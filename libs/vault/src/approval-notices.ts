import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** One mail that tells the administrators of an account about new users who wait for approval. `dueAt` (Unix ms) is when it is sent, and names it. */
export interface ApprovalNotice {
  readonly account: string;
  readonly dueAt: number;
}

/**
 * Collects the users who have begun to wait for approval, so that administrators get one mail about all who came within
 * some minutes. Its writes belong to the transaction if they are made inside `MailOutbox.transaction`.
 */
export class ApprovalNotices {
  private readonly statements: Record<
    'open' | 'find' | 'add' | 'findOf' | 'remove' | 'closeIfEmpty' | 'close' | 'listDue' | 'count',
    StatementSync
  >;

  /** @internal part of the vault */
  constructor(db: DatabaseSync) {
    // Vaults of older builds lack these tables. An open notice is one that was not sent yet.
    db.exec(`
      CREATE TABLE IF NOT EXISTS approval_notice (account TEXT PRIMARY KEY, due_at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS approval_notice_due ON approval_notice (due_at);
      CREATE TABLE IF NOT EXISTS noticed_user (user TEXT PRIMARY KEY, account TEXT NOT NULL, notice INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE INDEX IF NOT EXISTS noticed_user_notice ON noticed_user (account, notice)`);
    this.statements = {
      open: db.prepare('INSERT INTO approval_notice (account, due_at) VALUES (?, ?) ON CONFLICT DO NOTHING'),
      find: db.prepare('SELECT account, due_at AS dueAt FROM approval_notice WHERE account = ?'),
      add: db.prepare('INSERT INTO noticed_user (user, account, notice) VALUES (?, ?, ?)'),
      findOf: db.prepare('SELECT account, notice AS dueAt FROM noticed_user WHERE user = ?'),
      remove: db.prepare('DELETE FROM noticed_user WHERE user = ?'),
      closeIfEmpty: db.prepare(
        'DELETE FROM approval_notice WHERE account = ? AND due_at = ? AND NOT EXISTS (SELECT 1 FROM noticed_user WHERE noticed_user.account = approval_notice.account AND notice = due_at)',
      ),
      close: db.prepare('DELETE FROM approval_notice WHERE account = ? AND due_at = ?'),
      listDue: db.prepare('SELECT account, due_at AS dueAt FROM approval_notice WHERE due_at <= ?'),
      count: db.prepare('SELECT count(*) AS count FROM noticed_user WHERE account = ? AND notice = ?'),
    };
  }

  /** Adds a user to the account's open notice, or opens one that is sent at `dueAt` (Unix ms). */
  add(userId: string, account: string, dueAt: number): void {
    this.remove(userId);
    this.statements.open.run(account, dueAt);
    const notice = this.statements.find.get(account) as unknown as ApprovalNotice;
    this.statements.add.run(userId, account, notice.dueAt);
  }

  /** Removes a user who does not wait any more. A notice without users is not sent. */
  remove(userId: string): void {
    const notice = this.statements.findOf.get(userId) as ApprovalNotice | undefined;
    if (!notice) return;
    this.statements.remove.run(userId);
    this.statements.closeIfEmpty.run(notice.account, notice.dueAt);
  }

  /** Returns how many users of a notice still wait for approval. */
  count({ account, dueAt }: ApprovalNotice): number {
    return (this.statements.count.get(account, dueAt) as { count: number }).count;
  }

  /** Returns the notices that are to be sent at the time `now` (Unix ms). */
  listDue(now: number): ApprovalNotice[] {
    return this.statements.listDue.all(now) as unknown as ApprovalNotice[];
  }

  /** Records that a notice was queued: users who come later get another one. */
  close({ account, dueAt }: ApprovalNotice): void {
    this.statements.close.run(account, dueAt);
  }
}
