import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** When the administrators of an account with pending approvals are to be reminded (Unix ms). */
export interface Reminder {
  readonly account: string;
  readonly dueAt: number;
}

/**
 * Stores which users wait for approval in which account, and when each account's administrators are reminded of them. Its
 * writes belong to the transaction if they are made inside `MailOutbox.transaction`.
 */
export class PendingApprovals {
  private readonly statements: Record<
    | 'add'
    | 'addReminder'
    | 'findAccount'
    | 'remove'
    | 'removeReminderIfUnneeded'
    | 'count'
    | 'listDueReminders'
    | 'saveNextReminder',
    StatementSync
  >;

  /** @internal part of the vault */
  constructor(db: DatabaseSync) {
    this.statements = {
      add: db.prepare(
        'INSERT INTO waiting (user, account) VALUES (?, ?) ON CONFLICT DO UPDATE SET account = excluded.account',
      ),
      addReminder: db.prepare('INSERT INTO reminder (account, due_at) VALUES (?, ?) ON CONFLICT DO NOTHING'),
      findAccount: db.prepare('SELECT account FROM waiting WHERE user = ?'),
      remove: db.prepare('DELETE FROM waiting WHERE user = ?'),
      removeReminderIfUnneeded: db.prepare(
        'DELETE FROM reminder WHERE account = ? AND NOT EXISTS (SELECT 1 FROM waiting WHERE waiting.account = reminder.account)',
      ),
      count: db.prepare('SELECT count(*) AS count FROM waiting WHERE account = ?'),
      listDueReminders: db.prepare('SELECT account, due_at AS dueAt FROM reminder WHERE due_at <= ?'),
      saveNextReminder: db.prepare('UPDATE reminder SET due_at = ? WHERE account = ?'),
    };
  }

  /** Records that a user waits for approval in this account only. Schedules the account's reminder for `remindAt` (Unix ms) if none is scheduled. */
  add(userId: string, account: string, remindAt: number): void {
    this.remove(userId);
    this.statements.add.run(userId, account);
    this.statements.addReminder.run(account, remindAt);
  }

  /** Records that a user does not wait for approval any more, and cancels the account's reminder if no other user waits in it. */
  remove(userId: string): void {
    const row = this.statements.findAccount.get(userId) as { account: string } | undefined;
    if (!row) return;
    this.statements.remove.run(userId);
    this.statements.removeReminderIfUnneeded.run(row.account);
  }

  /** Returns how many users wait for approval in an account. */
  count(account: string): number {
    return (this.statements.count.get(account) as { count: number }).count;
  }

  /** Returns the reminders that are due at the time `now` (Unix ms). */
  listDueReminders(now: number): Reminder[] {
    return this.statements.listDueReminders.all(now) as unknown as Reminder[];
  }

  /** Saves when the administrators of an account with waiting users are reminded next. */
  saveNextReminder({ account, dueAt }: Reminder): void {
    this.statements.saveNextReminder.run(dueAt, account);
  }
}
