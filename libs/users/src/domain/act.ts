import type { Permission } from '#libs/authorization';
import type { Command } from '#libs/kernel';
import type { User } from './user.state.js';

/** Everything that the program must know about a command on users besides its fields and its rule. */
// oxlint-disable-next-line typescript/no-explicit-any -- `undo` and `examples` name the command, the lists of acts hold all of them
export interface Act<C extends Command<any> = Command<any>> {
  /** What a caller needs to give this command; `'internal'`: no route takes it. */
  readonly permission: Permission | 'internal';
  /** The `action` of the bulk route that gives this command to many users; absent: not in bulk. */
  readonly bulkName?: string;
  /** Creates the example commands for which `GET …/actions` returns whether the caller may issue them; absent: none. */
  readonly examples?: () => readonly C[];
  /** Set if the command can take an administrator away from the account: why, for the account's history. */
  readonly removesAdministrator?: 'deleted' | 'locked' | 'demoted';
  /** The facts from other streams that the rule needs. */
  readonly facts?: readonly Fact[];
  /** What its route responds with: the user's status (default), the same with `keptRoles`, or what a handler of its own says. */
  readonly response?: 'status' | 'statusAndKeptRoles' | 'own';
  /** Returns the command that undoes the act, or why there is none. Whether that command is allowed is for its rule to say. */
  readonly undo: (change: Change) => Command<never> | UndoObstacle;
}

/** `domainOwner`: the account that owns the domain of the address. `uncounted`: see {@link UserContext}. */
type Fact = 'domainOwner' | 'uncounted';

/** An act that may be undone, by the states of its user as the account of the act may see them. */
export interface Change {
  readonly before: User;
  /** As the act left the user. */
  readonly after: User;
  /** Later acts may have changed the user since. */
  readonly now: User;
}

/** `changedSince`: a later act has changed the same. `irreversible`: no command brings back the state before. */
export type UndoObstacle = 'changedSince' | 'irreversible';

/** Returns `'irreversible'`: the `undo` of acts that can not be undone. */
export const irreversible = (): UndoObstacle => 'irreversible';
