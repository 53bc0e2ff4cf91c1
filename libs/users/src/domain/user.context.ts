import type { CommandContext, Commands, Decider } from '#libs/kernel';
import type { Role, UserEvent } from './user.events.js';
import type { ExistingUser, User } from './user.state.js';

/** What the rules of users know besides the command and the state: its context, and facts that a workflow looked up. */
export interface UserContext extends CommandContext {
  /** The account that owns the domain of the address. */
  readonly domainOwner?: string;
  /** The user who has the address already. */
  readonly holder?: { readonly id: string; readonly user: ExistingUser };
  /** Whether the account's set of administrators lacks this administrator, after a crash or during a removal. */
  readonly uncounted?: boolean;
  /** The ids of the user's sessions that have not ended. */
  readonly openSessions?: readonly string[];
  /** The roles that a new user starts with. */
  readonly startingRoles?: readonly Role[];
}

/** One rule for each of these commands. */
export type UserRules<C extends Commands> = Decider<User, UserEvent, C, UserContext>['decide'];
