import { v5 as uuidv5 } from 'uuid';
import { AccountDecider } from '#libs/accounts';
import type { EventStore } from '#libs/event-store';
import { ChangedMeanwhile, type ApprovalNotice, type Statement, type Vault } from '#libs/vault';

/** How long a user waits for approval before administrators are reminded, and how long until the next reminder, ms; default, not configurable. */
export const reminderInterval = 24 * 60 * 60_000;

/** The UUIDv5 namespace of the ids of these mails. */
const namespace = '0d0c1f5e-7a4e-4b0f-8a5d-3b3c7f2f9e64';

/**
 * Queues the mails about pending approvals that are due, to each administrator of the account: notices of users who have
 * begun to wait, and the daily reminders.
 */
export async function queueApprovalMails(
  store: Pick<EventStore, 'load'>,
  { outbox, pendingApprovals, approvalNotices }: Pick<Vault, 'outbox' | 'pendingApprovals' | 'approvalNotices'>,
  now: number,
): Promise<void> {
  for (const notice of await approvalNotices.listDue(now)) {
    const administrators = await listAdministrators(store, notice.account);
    const about = formatNotice(notice);
    const mails = administrators.flatMap((user) => {
      const id = uuidv5(`${about}/${user}`, namespace);
      return outbox.enqueue({ id, kind: 'approvals-requested', user, about, since: now });
    });
    await saveUnlessChanged(outbox, [...approvalNotices.close(notice), ...mails]);
  }
  for (const { account, dueAt } of await pendingApprovals.listDueReminders(now)) {
    const administrators = await listAdministrators(store, account);
    const mails = administrators.flatMap((user) => {
      const id = uuidv5(`${account}/${user}/${dueAt}`, namespace);
      return outbox.enqueue({ id, kind: 'approvals-waiting', user, about: account, since: now });
    });
    const next = pendingApprovals.saveNextReminder({ account, dueAt }, now + reminderInterval);
    await saveUnlessChanged(outbox, [...next, ...mails]);
  }
}

/** Saves mails, unless another server has queued them meanwhile, or no user waits any more. */
async function saveUnlessChanged(outbox: Vault['outbox'], changes: readonly Statement[]): Promise<void> {
  try {
    await outbox.save(changes);
  } catch (error) {
    if (!(error instanceof ChangedMeanwhile)) throw error;
  }
}

async function listAdministrators(store: Pick<EventStore, 'load'>, account: string): Promise<readonly string[]> {
  const { state } = await store.load(AccountDecider, account);
  return state.status === 'open' ? [...state.administrators] : [];
}

/** Returns a notice as the outbox stores it: a mail of the kind `approvals-requested` is about it. */
const formatNotice = ({ account, dueAt }: ApprovalNotice): string => `${account} ${dueAt}`;

/** Returns the notice that a mail of the kind `approvals-requested` is about. */
export function parseNotice(about: string): ApprovalNotice {
  const [account = '', dueAt] = about.split(' ');
  return { account, dueAt: Number(dueAt) };
}
