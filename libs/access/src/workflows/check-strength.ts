import { AccountDecider } from '#libs/accounts';
import type { EventStore } from '#libs/event-store';
import { Refusal } from '#libs/kernel';
import type { ActiveUser } from '#libs/users';
import { canonicalPassword, guessableWordsOf, minScore, findWeaknesses, type Weakness } from '../domain/password.js';
import type { PasswordThreads } from './password-threads.js';

interface Services {
  readonly store: EventStore;
  readonly threads: Pick<PasswordThreads, 'run'>;
}

/** Checks that a new password of a user is hard to guess. Throws `password.weak` with all reasons. */
export async function checkStrength({ store, threads }: Services, password: string, user: ActiveUser): Promise<void> {
  const reasons: Weakness[] = findWeaknesses(password);
  if (reasons.length === 0) {
    const { state: account } = await store.load(AccountDecider, user.account);
    const words = guessableWordsOf({ ...user, ...(account.status === 'open' && { accountName: account.name }) });
    const { score, breached } = await threads.run('strength', { password: canonicalPassword(password), words });
    if (score < minScore) reasons.push('guessable');
    if (breached) reasons.push('breached');
  }
  if (reasons.length > 0) throw new Refusal('password.weak', 'invalid', detail, [], { reasons });
}

const detail =
  'A password has 12 to 128 characters, without control characters, and is hard to guess, also for those who know your name, your address and your account: three or four unusual words are enough.';
