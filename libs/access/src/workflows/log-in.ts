import { appendDecided, retryOnConflict, unlessTampered, type EventStore } from '#libs/event-store';
import { Refusal, decide, withContext, type CommandContext } from '#libs/kernel';
import { LoginDecider, RecordLogin, UserDecider, findUserByAddress, mayLogIn, type ActiveUser } from '#libs/users';
import { hashPassword, isOutdatedHash } from './argon2.js';
import { loadTrusted } from './load-trusted.js';
import {
  comparePassword,
  findPasswordHash,
  isComparisonAllowed,
  type ComparePasswordDependencies,
} from './compare-password.js';

/** A login: the user, the revision of the user's stream, and the position in the log of the last event written. */
export interface LoggedIn {
  readonly userId: string;
  readonly revision: number;
  readonly position: number;
}

/** Returns the refusal of a login: the same for every reason, so that it discloses nothing. */
export const loginFailed = () =>
  new Refusal('login.failed', 'unauthenticated', 'The address and the password do not fit.');

/**
 * Logs a user in with e-mail address and password. Throws `login.failed`. Unknown addresses, wrong passwords, locked users
 * and users without a password cost one argon2id each; the caller hides the rest of the timing.
 */
export async function logIn(
  services: ComparePasswordDependencies,
  { email, password, context }: { email: string; password: string; context: CommandContext },
): Promise<LoggedIn> {
  const { store, vault, threads } = services;
  const userId = (await findUserByAddress({ store, vault }, email))?.id;
  const proven = await comparePassword(services, { userId, password, context });
  if (userId === undefined || !proven) throw loginFailed();
  const setBy = proven.user.password!;
  const loggedIn = await recordLogin(
    store,
    { ...context, targetId: userId },
    'password',
    (user) => user.password === setBy && isComparisonAllowed(user, userId, context),
  );
  if (isOutdatedHash((await findPasswordHash(vault, userId, proven.user))!))
    await vault.passwords.save(userId, setBy, await hashPassword(threads, password));
  return loggedIn;
}

/**
 * Records a login of a user. The revision of the logins stream is checked, so that concurrent guesses count like guesses
 * one after the other. Throws `login.failed` if the user may not log in (any more).
 * @param holds returns whether the proof, for example the password, is still valid for the user's current state
 */
export function recordLogin(
  store: EventStore,
  context: CommandContext,
  method: string,
  holds: (user: ActiveUser) => boolean = () => true,
): Promise<LoggedIn> {
  return retryOnConflict(async () => {
    const user = await loadTrusted(store, UserDecider, context.targetId);
    const logins = await unlessTampered(store.load(LoginDecider, context.targetId), undefined);
    if (!logins || !mayLogIn(user.state, context.at) || !holds(user.state)) throw loginFailed();
    const own = withContext(new RecordLogin({ method }), toUserContext(context, user.state));
    const { position } = await appendDecided(
      store,
      LoginDecider,
      logins,
      own,
      decide(LoginDecider, own, logins.state, { ...own.context, user: { locked: false } }),
    );
    return { userId: context.targetId, revision: user.revision, position };
  });
}

/** Returns the context with the target user (`targetId`) as the actor, in the account that this user is in. */
export const toUserContext = (context: CommandContext, { account }: ActiveUser): CommandContext => ({
  ...context,
  actor: { id: context.targetId, kind: 'user' },
  account,
});
