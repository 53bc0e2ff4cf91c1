import { Refusal, type Issuance } from '#libs/kernel';
import { LoginDecider, UserDecider, mayLogIn, type Active } from '#libs/users';
import { isPassword } from './argon2.js';
import { failLogin, hashOf, mayTry, slowly, type LoginServices } from './log-in.js';

/**
 * Checks the password of the user who asks; a wrong one counts as a failed login. Answers the user, and the revision at which
 * the password was theirs. Throws `password.wrong`; `access.throttled`, whatever was tried.
 */
export async function checkOwnPassword(stores: LoginServices, password: string, issuance: Issuance): Promise<{ readonly user: Active; readonly revision: number }> {
  const { actor } = issuance;
  const { state: user, revision } = await stores.store.load(UserDecider, actor.id);
  if (!mayLogIn(user)) throw new Refusal('password.none-of-yours', 'conflict', 'Only users have passwords.');
  const right = await isPassword(stores.threads, password, hashOf(stores.vault, actor.id, user));
  // Looked up only now: of many guesses at once, those before this one count.
  const logins = await stores.store.load(LoginDecider, actor.id);
  if (!mayTry(user, logins.state, issuance.at)) {
    throw new Refusal('access.throttled', 'throttled', 'Too many wrong passwords: wait a minute, or have a link mailed.', [], { retryAfter: slowly / 1_000 });
  }
  if (!right) {
    await failLogin(stores.store, { ...issuance, target: actor.id });
    throw new Refusal('password.wrong', 'forbidden', 'This is not your password.');
  }
  return { user, revision };
}
