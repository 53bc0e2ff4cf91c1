import { handleCommand, type EventStore } from '#libs/event-store';
import { withContext, type Command, type CommandContext } from '#libs/kernel';
import {
  FailLogin,
  LockAfterFailedLogins,
  LoginDecider,
  UserDecider,
  changeUser,
  isGuessedAt,
  mayLogIn,
  passwordLock,
  type Active,
  type User,
} from '#libs/users';
import type { Vault } from '#libs/vault';
import { verifyPassword } from './argon2.js';
import type { DeviceChecks } from './device-checks.js';
import type { PasswordThreads } from './password-threads.js';

export interface ComparePasswordDependencies {
  readonly store: EventStore;
  readonly vault: Pick<Vault, 'hmac' | 'passwords'>;
  readonly threads: Pick<PasswordThreads, 'run'>;
  readonly deviceChecks: DeviceChecks;
}

/** A user whose password was right, and the revision at which it was theirs. */
export interface VerifiedUser {
  readonly user: Active;
  readonly revision: number;
}

/**
 * Compares a password with the user's; `undefined` where it is wrong, which counts as a failed login. While failed logins lock
 * the user, it compares for a known browser only; for everybody else it takes as long, and says that it is wrong.
 * @param userId whose; undefined: nobody's, which takes as long
 */
export async function comparePassword(
  { store, vault, threads, deviceChecks }: ComparePasswordDependencies,
  { userId, password, context }: { userId: string | undefined; password: string; context: CommandContext },
): Promise<VerifiedUser | undefined> {
  const { state: user, revision } = userId === undefined ? nobody : await store.load(UserDecider, userId);
  const isCompared =
    userId !== undefined && mayLogIn(user, context.at) && mayCompare(deviceChecks, userId, user, context);
  const right = await verifyPassword(threads, password, isCompared ? findPasswordHash(vault, userId, user) : undefined);
  if (!isCompared) return undefined;
  if (right) return { user, revision };
  await recordFailedLogin(store, { ...context, targetId: userId });
  return undefined;
}

const nobody = { state: UserDecider.initial, revision: -1 };

/** Whether failed logins leave this password to be compared; takes one of the browser's checks where they lock the user. */
function mayCompare(checks: DeviceChecks, userId: string, user: Active, { device, at }: CommandContext): boolean {
  const lock = passwordLock(user, at);
  if (!lock) return true;
  const deviceId = device?.idFor(userId);
  return deviceId !== undefined && checks.takeCheck(deviceId, lock, at);
}

/** Whether a comparison still counts: the user was not locked meanwhile, or the browser is known. */
export const isComparisonAllowed = (user: Active, userId: string, { device, at }: CommandContext): boolean =>
  !passwordLock(user, at) || device?.idFor(userId) !== undefined;

/** The hash of the user's password; none where none was set, or where the vault is older than the log. */
export function findPasswordHash(
  { passwords }: ComparePasswordDependencies['vault'],
  id: string,
  user: User,
): string | undefined {
  return user.status !== 'absent' && user.password ? passwords.find(id, user.password) : undefined;
}

/** Counts a failed login of a user, and locks them where these are too many. */
async function recordFailedLogin(store: EventStore, context: CommandContext): Promise<void> {
  const { state: user } = await store.load(UserDecider, context.targetId);
  if (!mayLogIn(user, context.at) || !isComparisonAllowed(user, context.targetId, context)) return;
  // If-Match is of another stream; a guess that it refused would go uncounted.
  const { expectedRevision: _, ...rest } = context;
  const about = { ...rest, account: user.account };
  const { forgivenAt } = user;
  const failed = await handleCommand(store, LoginDecider, again(new FailLogin({ method: 'password' }), about), {
    forgivenAt,
  });
  if (isGuessedAt(failed.state, context.at, forgivenAt))
    await changeUser(store, again(new LockAfterFailedLogins({}), about));
}

const again = <C extends Command<C>>(command: C, context: CommandContext): C => withContext(command, context);
