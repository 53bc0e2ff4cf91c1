import { v5 as uuidv5 } from 'uuid';
import { AccountDecider } from '#libs/accounts';
import type { EventStore } from '#libs/event-store';
import type { Vault } from '#libs/vault';

/** How long a user waits for approval before administrators are reminded, and how long until the next reminder, ms; default, not configurable. */
export const reminderInterval = 24 * 60 * 60_000;

/** The UUIDv5 namespace of the ids of reminders. */
const namespace = '0d0c1f5e-7a4e-4b0f-8a5d-3b3c7f2f9e64';

/** Queues a mail to each administrator of every account whose reminder about pending approvals is due, once a day. */
export async function queueReminders(
  store: Pick<EventStore, 'load'>,
  { outbox, pendingApprovals }: Pick<Vault, 'outbox' | 'pendingApprovals'>,
  now: number,
): Promise<void> {
  for (const { account, dueAt } of pendingApprovals.listDueReminders(now)) {
    const { state } = await store.load(AccountDecider, account);
    const administrators = state.status === 'open' ? [...state.administrators] : [];
    outbox.transaction(() => {
      for (const user of administrators) {
        outbox.enqueue({
          id: uuidv5(`${account}/${user}/${dueAt}`, namespace),
          kind: 'approvals-waiting',
          user,
          about: account,
          since: now,
        });
      }
      pendingApprovals.saveNextReminder({ account, dueAt: now + reminderInterval });
    });
  }
}
