import { createContext, useContext } from 'react';
import type { Permission } from '../api/me';

/** What can be done to one user or many, and who may do it. */
export const acts = {
  lock: 'users:lock',
  unlock: 'users:lock',
  delete: 'users:delete',
  restore: 'users:delete',
  approve: 'users:approve',
  reject: 'users:approve',
} as const satisfies Record<string, Permission>;
export type Act = keyof typeof acts;

/** The commands of the API that are such acts. */
export const actOf: Readonly<Record<string, Act>> = {
  LockUser: 'lock',
  UnlockUser: 'unlock',
  DeleteUser: 'delete',
  RestoreUser: 'restore',
  ApproveUser: 'approve',
  RejectUser: 'reject',
};

/** A user as a dialog names them. */
export interface TargetUser {
  readonly userId: string;
  readonly name: string;
}

export const toTargetUser = ({
  userId,
  firstName,
  lastName,
  email,
}: {
  userId: string;
  firstName: string;
  lastName: string;
  email: string;
}): TargetUser => ({
  userId,
  name: `${firstName} ${lastName} (${email})`,
});

export type StartAction = (act: Act, people: readonly TargetUser[]) => void;

export const StartActionContext = createContext<StartAction>(() => undefined);

/** Opens the confirm dialog of an act. */
export const useStartAction = (): StartAction => useContext(StartActionContext);
