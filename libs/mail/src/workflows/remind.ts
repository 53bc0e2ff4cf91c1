import { v5 as uuidv5 } from 'uuid';
import { AccountDecider } from '#libs/accounts';
import type { EventStore } from '#libs/event-store';
import type { Mails, Waiting } from '#libs/vault';

/** ◇ How long somebody waits before administrators are reminded, and until they are again, ms. */
export const reminderEvery = 24 * 60 * 60_000;

/** UUIDv5 namespace of reminders. */
const namespace = '0d0c1f5e-7a4e-4b0f-8a5d-3b3c7f2f9e64';

/** Owes each administrator of an account where somebody waits a mail, once a day. */
export async function remind(
  store: Pick<EventStore, 'load'>,
  { mails, waiting }: { mails: Mails; waiting: Waiting },
  now: number,
): Promise<void> {
  for (const { account, dueAt } of waiting.due(now)) {
    const { state } = await store.load(AccountDecider, account);
    const administrators = state.status === 'open' ? [...state.administrators] : [];
    mails.together(() => {
      for (const user of administrators) {
        mails.owe({
          id: uuidv5(`${account}/${user}/${dueAt}`, namespace),
          kind: 'approvals-waiting',
          user,
          about: account,
          since: now,
        });
      }
      waiting.reminded({ account, dueAt: now + reminderEvery });
    });
  }
}
