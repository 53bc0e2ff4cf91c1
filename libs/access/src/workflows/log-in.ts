import { retryOnConflict, appendDecided, type EventStore } from '#libs/event-store';
import { Refusal, decide, withContext, type CommandContext } from '#libs/kernel';
import { LoginDecider, RecordLogin, UserDecider, findByAddress, mayLogIn, type Active } from '#libs/users';
import { hashPassword, isOutdatedHash } from './argon2.js';
import {
  comparePassword,
  findPasswordHash,
  isComparisonAllowed,
  type ComparePasswordDependencies,
} from './compare-password.js';

/** A user who has logged in, at a revision of their stream; `position`: in the log, of what was written last. */
export interface LoggedIn {
  readonly userId: string;
  readonly revision: number;
  readonly position: number;
}

/** One refusal for every cause, so that it tells a stranger nothing. */
export const loginFailed = () =>
  new Refusal('login.failed', 'unauthenticated', 'The address and the password do not fit.');

/**
 * Logs in with an address and its password. Throws `login.failed`: an unknown address, a wrong password, one who is locked
 * and one without a password cost the same argon2id; beyond that the caller answers evenly.
 */
export async function logIn(
  services: ComparePasswordDependencies,
  { email, password, context }: { email: string; password: string; context: CommandContext },
): Promise<LoggedIn> {
  const { store, vault, threads } = services;
  const userId = (await findByAddress({ store, vault }, email))?.id;
  const proven = await comparePassword(services, { userId, password, context });
  if (userId === undefined || !proven) throw loginFailed();
  const setBy = proven.user.password!;
  const loggedIn = await recordLogin(
    store,
    { ...context, targetId: userId },
    'password',
    (user) => user.password === setBy && isComparisonAllowed(user, userId, context),
  );
  if (isOutdatedHash(findPasswordHash(vault, userId, proven.user)!))
    vault.passwords.save(userId, setBy, await hashPassword(threads, password));
  return loggedIn;
}

/**
 * Records a login at the exact revision of the logins that it was decided on: of many guesses at once, no more count than
 * of many in a row. Throws `login.failed` where the user may not log in (any more).
 * @param holds whether what was shown still lets the user in
 */
export function recordLogin(
  store: EventStore,
  context: CommandContext,
  method: string,
  holds: (user: Active) => boolean = () => true,
): Promise<LoggedIn> {
  return retryOnConflict(async () => {
    const user = await store.load(UserDecider, context.targetId);
    const logins = await store.load(LoginDecider, context.targetId);
    if (!mayLogIn(user.state, context.at) || !holds(user.state)) throw loginFailed();
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

/** In the user's own name. */
export const toUserContext = (context: CommandContext, { account }: Active): CommandContext => ({
  ...context,
  actor: { id: context.targetId, kind: 'user' },
  account,
});
