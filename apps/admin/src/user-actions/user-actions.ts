import { createContext, useContext, type ComponentType } from 'react';
import type { Schemas } from '../api/client';
import type { Permission } from '../api/me';
import type { User, UserActionName } from '../api/users';
import { lazyComponent } from '../components/lazy-component';

type BulkName = Schemas['ChangeUsers']['action'];

interface UserAction {
  /** What the caller needs for it; the server checks it as well. */
  readonly permission: Permission;
  /** The name in the API's bulk route. The UI then asks for confirmation, for one user or for many. */
  readonly bulk?: BulkName;
  /** Whether the action runs without a confirmation. Only for actions that remove nothing. */
  readonly runsAtOnce?: true;
  /** The dialog that collects what the action needs. Actions with the same dialog share one button. */
  // oxlint-disable-next-line typescript/no-explicit-any -- dialogs differ in what they need to know of the user
  readonly dialog?: ComponentType<any>;
  /** Red, because it takes something away from the user. */
  readonly isDestructive?: true;
  /** The text that the confirmation shows. */
  readonly explanation?: 'act.lockWhat' | 'act.deleteWhat' | 'act.restoreWhat' | 'act.approveWhat' | 'act.rejectWhat';
  /** Whether users who had logged in before keep their entitlements for some days. */
  readonly startsDisableMode?: true;
  /** Whether the confirmation offers to keep the user's roles for a later restore. */
  readonly canKeepRoles?: true;
  /** Whether the action can do something for a user as they are now; absent: for all. */
  readonly appliesTo?: (user: TargetUser) => boolean;
}

const ChangeUserDialog = lazyComponent(async () => (await import('../user-page/change-user-dialog')).ChangeUserDialog);
const RolesDialog = lazyComponent(async () => (await import('../user-list/roles-dialog')).RolesDialog);
const ResetPasswordDialog = lazyComponent(
  async () => (await import('../user-list/reset-password-dialog')).ResetPasswordDialog,
);

/**
 * Every action on a user that the API offers, in the order of the buttons; their labels are the texts `userAction.*`.
 * An action with neither `bulk` nor `dialog` is sent at once.
 */
export const userActions = {
  ApproveUser: { permission: 'users:approve', bulk: 'approve', explanation: 'act.approveWhat' },
  RejectUser: { permission: 'users:approve', bulk: 'reject', isDestructive: true, explanation: 'act.rejectWhat' },
  LockUser: {
    permission: 'users:lock',
    bulk: 'lock',
    explanation: 'act.lockWhat',
    startsDisableMode: true,
    appliesTo: ({ status = 'active' }) => status === 'active',
  },
  UnlockUser: {
    permission: 'users:lock',
    bulk: 'unlock',
    runsAtOnce: true,
    appliesTo: ({ status = 'active', isLocked = true }) => status === 'active' && isLocked,
  },
  DeleteUser: {
    permission: 'users:delete',
    bulk: 'delete',
    isDestructive: true,
    explanation: 'act.deleteWhat',
    startsDisableMode: true,
    canKeepRoles: true,
    appliesTo: ({ status = 'active' }) => status === 'active',
  },
  RestoreUser: {
    permission: 'users:delete',
    bulk: 'restore',
    explanation: 'act.restoreWhat',
    appliesTo: ({ status = 'deleted' }) => status === 'deleted',
  },
  ChangeUser: { permission: 'users:change', dialog: ChangeUserDialog },
  GrantRole: { permission: 'roles:grant', dialog: RolesDialog },
  RevokeRole: { permission: 'roles:grant', dialog: RolesDialog },
  RequestPasswordReset: { permission: 'users:reset-password', dialog: ResetPasswordDialog },
  AddUserToAccount: { permission: 'users:add' },
} as const satisfies Record<UserActionName, UserAction>;

type Actions = typeof userActions;

/** An action that runs on one user or on many after a confirmation. */
export type BulkActionName = {
  [Name in UserActionName]: Actions[Name] extends { bulk: BulkName } ? Name : never;
}[UserActionName];

// A bulk action of the API that no action above names does not compile.
null as unknown as Exclude<BulkName, Actions[BulkActionName]['bulk']> satisfies never;

/** Returns the definition of a user action in the UI, for example its permission and its form. */
export const findUserAction = (name: UserActionName): UserAction => userActions[name];

/** Checks whether a name is the name of an action that can run on several users at once. */
export const isBulkAction = (name: string): name is BulkActionName =>
  Object.hasOwn(userActions, name) && 'bulk' in userActions[name as UserActionName];

/** Returns the colour of an action's button: red if the action is destructive, else blue. */
export const toButtonColor = (name: UserActionName): 'red' | 'blue' =>
  findUserAction(name).isDestructive ? 'red' : 'blue';

/** A user as a dialog names them, and as far as it is known, how they are now. */
export interface TargetUser {
  readonly userId: string;
  readonly name: string;
  readonly status?: User['status'];
  readonly isLocked?: boolean;
  readonly hasLoggedIn?: boolean;
}

type NamedUser = Pick<User, 'userId' | 'firstName' | 'lastName' | 'email'> &
  Partial<Pick<User, 'status' | 'locks' | 'lastLoginAt'>>;

/** Returns a user as dialogs show them, with the name and the address as one text. */
export const toTargetUser = ({
  userId,
  firstName,
  lastName,
  email,
  status,
  locks,
  lastLoginAt,
}: NamedUser): TargetUser => ({
  userId,
  name: `${firstName} ${lastName} (${email})`,
  ...(status && { status }),
  ...(locks && { isLocked: locks.length > 0 }),
  ...(lastLoginAt !== undefined && { hasLoggedIn: lastLoginAt !== null }),
});

export type StartAction = (action: BulkActionName, users: readonly TargetUser[]) => void;

export const StartActionContext = createContext<StartAction>(() => undefined);

/** Returns the function that opens the confirmation of an action on some users, or runs the action if it needs none. */
export const useStartAction = (): StartAction => useContext(StartActionContext);
