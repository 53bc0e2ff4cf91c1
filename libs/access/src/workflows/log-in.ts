import { decidingAgain, handle, record, type EventStore, type Loaded } from '#libs/event-store';
import { Refusal, decide, issue, type Command, type Issuance } from '#libs/kernel';
import { FailLogin, LockOut, LoginDecider, RecordLogin, UserDecider, changeUser, findByAddress, isGuessedAt, mayLogIn, type Active, type Logins, type User } from '#libs/users';
import type { Vault } from '#libs/vault';
import { hashPassword, isOutdated, isPassword } from './argon2.js';
import type { PasswordThreads } from './password-threads.js';

export interface LoginStores {
  readonly store: EventStore;
  readonly vault: Pick<Vault, 'hmac' | 'passwords'>;
}

/** What comparing a password needs. */
export interface LoginServices extends LoginStores {
  readonly threads: Pick<PasswordThreads, 'run'>;
}

/** A user who has logged in, at a revision of their stream; `position`: in the log, of what was written last. */
export interface LoggedIn {
  readonly userId: string;
  readonly revision: number;
  readonly position: number;
}

/** One refusal for every cause, so that it tells a stranger nothing. */
export const loginFailed = () => new Refusal('login.failed', 'unauthenticated', 'The address and the password do not fit.');

/**
 * Logs in with an address and its password. Throws `login.failed`: an unknown address, a wrong password, one who is locked
 * and one without a password cost the same argon2id; beyond that the caller answers evenly.
 */
export async function logIn({ store, vault, threads }: LoginServices, { email, password, issuance }: { email: string; password: string; issuance: Issuance }): Promise<LoggedIn> {
  const found = await findByAddress({ store, vault }, email);
  const setBy = found && passwordOf(found.user);
  const hash = found && hashOf(vault, found.id, found.user);
  const right = await isPassword(threads, password, hash);
  if (!found) throw loginFailed();
  const about = { ...issuance, target: found.id };
  if (!right) {
    await failLogin(store, about);
    throw loginFailed();
  }
  const loggedIn = await passLogin(store, about, 'password', (user) => user.password === setBy);
  if (isOutdated(hash!)) vault.passwords.keep(found.id, setBy!, await hashPassword(threads, password));
  return loggedIn;
}

/** The hash of the user's password; none where none was set, or where the vault is older than the log. */
export function hashOf({ passwords }: LoginStores['vault'], id: string, user: User): string | undefined {
  const setBy = passwordOf(user);
  return setBy && passwords.find(id, setBy);
}

const passwordOf = (user: User): string | undefined => (user.status === 'absent' ? undefined : user.password);

/**
 * Records a login at the exact revision of the logins that it was decided on: of many guesses at once, no more count than
 * of many in a row. Throws `login.failed` where the user may not log in (any more), or is guessed at.
 */
export function passLogin(store: EventStore, issuance: Issuance, method: string, still: (user: Active) => boolean = () => true): Promise<LoggedIn> {
  return decidingAgain(async () => {
    const user = await store.load(UserDecider, issuance.target);
    const logins = await store.load(LoginDecider, issuance.target);
    if (!mayTry(user.state, logins.state, issuance.at) || !still(user.state)) throw loginFailed();
    const own = issue(new RecordLogin({ method }), ofUser(issuance, user.state));
    const { position } = await record(store, LoginDecider, logins, own, decide(LoginDecider, own, logins.state, { ...own.issuance, user: { locked: false } }));
    return { userId: issuance.target, revision: user.revision, position };
  });
}

/** In the user's own name. */
export const ofUser = (issuance: Issuance, { account }: Active): Issuance => ({
  ...issuance,
  actor: { id: issuance.target, kind: 'user' },
  account,
});

/** Counts a failed login, and locks out a user who had too many. Nothing is guessed at where nobody may log in. */
export async function failLogin(store: EventStore, issuance: Issuance): Promise<void> {
  const { state: user } = await store.load(UserDecider, issuance.target);
  const logins = await store.load(LoginDecider, issuance.target);
  if (!mayLogIn(user)) return;
  // If-Match is of another stream; a guess that it refused would go uncounted.
  const { expectedRevision: _, ...rest } = issuance;
  const about = { ...rest, account: user.account };
  const failed = mayTry(user, logins.state, issuance.at) ? await recordFailure(store, about) : logins;
  if (isGuessedAt(failed.state, issuance.at, user.forgivenAt)) await changeUser(store, again(new LockOut({}), about));
}

const recordFailure = (store: EventStore, issuance: Issuance): Promise<Pick<Loaded<Logins>, 'state'>> =>
  handle(store, LoginDecider, again(new FailLogin({ method: 'password' }), issuance));

const again = <C extends Command<C>>(command: C, issuance: Issuance): C => issue(command, issuance);

/** ◇ How often an administrator who is guessed at is heard, ms. Nobody can shut them out; a mailed link lets them in at once. */
export const slowly = 60_000;

/** Whether the user may try a password now. */
export function mayTry(user: User, logins: Logins, at: string): user is Active {
  if (!mayLogIn(user)) return false;
  if (!isGuessedAt(logins, at, user.forgivenAt)) return true;
  return user.roles.includes('administrator') && Date.parse(at) - Date.parse(logins.failures.at(-1)!) >= slowly;
}
