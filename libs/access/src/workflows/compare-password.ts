import { handleCommand, unlessTampered, type EventStore } from '#libs/event-store';
import { withContext, type CommandContext } from '#libs/kernel';
import {
  RecordFailedLogin,
  LockAfterFailedLogins,
  LoginDecider,
  UserDecider,
  changeUser,
  hasTooManyFailures,
  mayLogIn,
  findPasswordLock,
  type ActiveUser,
  type User,
} from '#libs/users';
import type { Vault } from '#libs/vault';
import { verifyPassword } from './argon2.js';
import type { DeviceChecks } from './device-checks.js';
import { loadTrusted } from './load-trusted.js';
import type { PasswordThreads } from './password-threads.js';

export interface ComparePasswordDependencies {
  readonly store: EventStore;
  readonly vault: Pick<Vault, 'hmac' | 'addresses' | 'passwords'>;
  readonly threads: Pick<PasswordThreads, 'run'>;
  readonly deviceChecks: DeviceChecks;
}

/** A user whose password was right, and the revision of the user's stream at that time. */
export interface VerifiedUser {
  readonly user: ActiveUser;
  readonly revision: number;
}

/**
 * Compares a password with a user's. Returns undefined if it is wrong, and counts a failed login. While failed logins
 * lock the user, only a known browser may compare; for others it returns undefined after the same time.
 * @param userId undefined if no user has the address: then it returns undefined after the same time
 */
export async function comparePassword(
  { store, vault, threads, deviceChecks }: ComparePasswordDependencies,
  { userId, password, context }: { userId: string | undefined; password: string; context: CommandContext },
): Promise<VerifiedUser | undefined> {
  const { state: user, revision } = userId === undefined ? noUser : await loadTrusted(store, UserDecider, userId);
  const isCompared =
    userId !== undefined && mayLogIn(user, context.at) && (await mayCompare(deviceChecks, userId, user, context));
  const right = await verifyPassword(
    threads,
    password,
    isCompared ? await findPasswordHash(vault, userId, user) : undefined,
  );
  if (!isCompared) return undefined;
  if (right) return { user, revision };
  await unlessTampered(recordFailedLogin(store, { ...context, targetId: userId }), undefined);
  return undefined;
}

const noUser = { state: UserDecider.initial, revision: -1 };

/** Returns whether a password may be compared. While failed logins lock the user, it takes one of the known browser's checks. */
async function mayCompare(
  checks: DeviceChecks,
  userId: string,
  user: ActiveUser,
  { device, at }: CommandContext,
): Promise<boolean> {
  const lock = findPasswordLock(user, at);
  if (!lock) return true;
  const deviceId = device?.idFor(userId);
  return deviceId !== undefined && (await checks.takeCheck(deviceId, lock));
}

/** Returns whether failed logins do not lock the user, or the browser is known. */
export const isComparisonAllowed = (user: ActiveUser, userId: string, { device, at }: CommandContext): boolean =>
  !findPasswordLock(user, at) || device?.idFor(userId) !== undefined;

/** Returns the hash of a user's password, or undefined if there is none, or if the vault is older than the log. */
export async function findPasswordHash(
  { passwords }: ComparePasswordDependencies['vault'],
  id: string,
  user: User,
): Promise<string | undefined> {
  return user.status !== 'absent' && user.password ? passwords.find(id, user.password) : undefined;
}

/** Records a failed login of a user, and locks the user after too many. */
async function recordFailedLogin(store: EventStore, context: CommandContext): Promise<void> {
  const { state: user } = await store.load(UserDecider, context.targetId);
  if (!mayLogIn(user, context.at) || !isComparisonAllowed(user, context.targetId, context)) return;
  // If-Match is about another stream; if it were checked here, it could keep a guess from being counted.
  const { expectedRevision: _, ...rest } = context;
  const about = { ...rest, account: user.account };
  const { forgivenAt } = user;
  const failed = await handleCommand(
    store,
    LoginDecider,
    withContext(new RecordFailedLogin({ method: 'password' }), about),
    {
      forgivenAt,
    },
  );
  if (hasTooManyFailures(failed.state, context.at, forgivenAt))
    await changeUser(store, withContext(new LockAfterFailedLogins({}), about));
}
