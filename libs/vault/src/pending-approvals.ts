import { mustChange, sql, type Engine, type Statement } from './engine/engine.js';

/** When the administrators of an account with pending approvals are to be reminded (Unix ms). */
export interface Reminder {
  readonly account: string;
  readonly dueAt: number;
}

/**
 * Stores which users wait for approval in which account, and when each account's administrators are reminded of them. Its
 * changes are statements, to be run with those of the outbox by `MailOutbox.save`.
 */
export class PendingApprovals {
  /** @internal part of the vault */
  constructor(private readonly engine: Engine) {}

  /** Records that a user waits for approval in this account only. Schedules the account's reminder for `remindAt` (Unix ms) if none is scheduled. */
  add(userId: string, account: string, remindAt: number): Statement[] {
    return [
      ...this.remove(userId),
      sql('INSERT INTO waiting ("user", account) VALUES (?, ?)', userId, account),
      sql('INSERT INTO reminder (account, due_at) VALUES (?, ?) ON CONFLICT DO NOTHING', account, remindAt),
    ];
  }

  /** Records that a user does not wait for approval any more, and cancels the account's reminder if no other user waits in it. */
  remove(userId: string): Statement[] {
    return [
      sql(
        `DELETE FROM reminder
         WHERE account IN (SELECT account FROM waiting WHERE "user" = ?)
         AND NOT EXISTS (SELECT 1 FROM waiting WHERE waiting.account = reminder.account AND "user" <> ?)`,
        userId,
        userId,
      ),
      sql('DELETE FROM waiting WHERE "user" = ?', userId),
    ];
  }

  /** Returns how many users wait for approval in an account. */
  async count(account: string): Promise<number> {
    const count = sql('SELECT count(*) AS count FROM waiting WHERE account = ?', account);
    return (await this.engine.query<{ count: number }>(count))[0]!.count;
  }

  /** Returns the reminders that are due at the time `now` (Unix ms). */
  listDueReminders(now: number): Promise<Reminder[]> {
    return this.engine.query(sql('SELECT account, due_at AS "dueAt" FROM reminder WHERE due_at <= ?', now));
  }

  /** Saves when the administrators are reminded next. The transaction is rolled back if the reminder is not as given any more. */
  saveNextReminder({ account, dueAt }: Reminder, next: number): Statement[] {
    const save = 'UPDATE reminder SET due_at = ? WHERE account = ? AND due_at = ?';
    return [mustChange(sql(save, next, account, dueAt))];
  }
}
