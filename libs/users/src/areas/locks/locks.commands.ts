import { IsBoolean } from 'class-validator';
import { Command, Optional, Reason, type VersionedResult } from '#libs/kernel';
import type { UserStanding } from '../../domain/results.js';
import type { Act, Change, UndoObstacle } from '../../domain/act.js';
import type { LockCause } from '../../domain/user.events.js';
import type { Lock, User } from '../../domain/user.state.js';

/** Locks a member, with cause `administrator`. */
export class LockUser extends Command<LockUser, VersionedResult<UserStanding>> {
  /** Why; shown to auditors. */
  @Reason() reason?: string;
  /** Answer what would happen and write nothing. */
  @Optional() @IsBoolean() dryRun?: boolean;
  /** Also end the tokens that the user issued, as far as the caller may manage them. */
  @Optional() @IsBoolean() endIssuedTokens?: boolean;
}

/** Removes every lock. */
export class UnlockUser extends Command<UnlockUser, VersionedResult<UserStanding>> {
  /** Why; shown to auditors. */
  @Reason() reason?: string;
  /** Removes the locks with these causes only; not part of the request body. */
  causes?: readonly LockCause[];
}

/** Locks a user out of logins with a password for 15 minutes after too many failed ones. */
export class LockAfterFailedLogins extends Command<LockAfterFailedLogins> {}

/** What the program knows about the commands of this area. */
export const lockActs = {
  LockUser: {
    permission: 'users:lock',
    bulkName: 'lock',
    examples: () => [new LockUser({})],
    removesAdministrator: 'locked',
    undo: liftLock('administrator'),
  },
  UnlockUser: {
    permission: 'users:lock',
    bulkName: 'unlock',
    examples: () => [new UnlockUser({})],
    facts: ['uncounted'],
    undo: lockAgain,
  },
  LockAfterFailedLogins: { permission: 'internal', undo: liftLock('failedLogins') },
} as const satisfies Record<string, Act>;

const findLock = (user: User, cause: LockCause): Lock | undefined =>
  user.status === 'absent' ? undefined : user.locks.find((lock) => lock.cause === cause);

/** Returns an undo that removes the lock with this cause and no other, or restores the one that it replaced. */
function liftLock(cause: 'administrator' | 'failedLogins'): Act['undo'] {
  return ({ before, after, now }) => {
    const [former, set, current] = [before, after, now].map((user) => findLock(user, cause));
    if (!set || set.revision === former?.revision) return 'irreversible';
    if (current?.revision !== set.revision) return 'changedSince';
    // Only a lock by an administrator that has no end can be set again; one because of failed logins ends soon anyway.
    if (!former || cause === 'failedLogins') return new UnlockUser({ causes: [cause] });
    return former.until ? 'irreversible' : lockFor(former);
  };
}

/** Sets the lock by an administrator again. Locks with other causes are not set by a command. */
function lockAgain({ before, after, now }: Change): Command<never> | UndoObstacle {
  const [former, left, current] = [before, after, now].map((user) => findLock(user, 'administrator'));
  if (!former || left || former.until) return 'irreversible';
  return current ? 'changedSince' : lockFor(former);
}

const lockFor = ({ reason }: Lock) => new LockUser(reason ? { reason } : {});
