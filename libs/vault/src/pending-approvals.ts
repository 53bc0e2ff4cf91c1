import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** An account where somebody waits, and when its administrators are to be reminded (Unix ms). */
export interface Reminder {
  readonly account: string;
  readonly dueAt: number;
}

/** Who waits for approval in which account, for reminders; part of {@link Mails}' transactions. */
export class PendingApprovals {
  private readonly statements: Record<
    'begin' | 'remindOf' | 'accountOf' | 'end' | 'endAll' | 'spare' | 'count' | 'due' | 'reminded',
    StatementSync
  >;

  /** @internal part of the vault */
  constructor(db: DatabaseSync) {
    this.statements = {
      begin: db.prepare(
        'INSERT INTO waiting (user, account) VALUES (?, ?) ON CONFLICT DO UPDATE SET account = excluded.account',
      ),
      remindOf: db.prepare('INSERT INTO reminder (account, due_at) VALUES (?, ?) ON CONFLICT DO NOTHING'),
      accountOf: db.prepare('SELECT account FROM waiting WHERE user = ?'),
      end: db.prepare('DELETE FROM waiting WHERE user = ?'),
      endAll: db.prepare('DELETE FROM waiting WHERE account = ?'),
      spare: db.prepare(
        'DELETE FROM reminder WHERE account = ? AND NOT EXISTS (SELECT 1 FROM waiting WHERE waiting.account = reminder.account)',
      ),
      count: db.prepare('SELECT count(*) AS count FROM waiting WHERE account = ?'),
      due: db.prepare('SELECT account, due_at AS dueAt FROM reminder WHERE due_at <= ?'),
      reminded: db.prepare('UPDATE reminder SET due_at = ? WHERE account = ?'),
    };
  }

  /** A user begins to wait; the account's reminder is due at `remindAt`, where it has none yet. */
  add(user: string, account: string, remindAt: number): void {
    this.remove(user);
    this.statements.begin.run(user, account);
    this.statements.remindOf.run(account, remindAt);
  }

  /** A user waits no more; changes nothing for one who doesn't. */
  remove(user: string): void {
    const row = this.statements.accountOf.get(user) as { account: string } | undefined;
    if (!row) return;
    this.statements.end.run(user);
    this.statements.spare.run(row.account);
  }

  /** Nobody waits in the account any more. */
  removeAccount(account: string): void {
    this.statements.endAll.run(account);
    this.statements.spare.run(account);
  }

  /** How many wait in the account. */
  count(account: string): number {
    return (this.statements.count.get(account) as { count: number }).count;
  }

  /** The reminders whose time has come. */
  listDueReminders(now: number): Reminder[] {
    return this.statements.due.all(now) as unknown as Reminder[];
  }

  /** The account's administrators were reminded, and are to be again at `dueAt`. */
  saveNextReminder({ account, dueAt }: Reminder): void {
    this.statements.reminded.run(dueAt, account);
  }
}
