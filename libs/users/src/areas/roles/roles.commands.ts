import { IsBoolean, IsIn } from 'class-validator';
import { Command, Flag, Optional, Reason, type VersionedResult } from '#libs/kernel';
import type { UserStanding } from '../../domain/results.js';
import type { Act, Change } from '../../domain/act.js';
import { roles, type Role } from '../../domain/user.events.js';
import type { User } from '../../domain/user.state.js';

/** Gives a member a role. */
export class GrantRole extends Command<GrantRole, VersionedResult<UserStanding>> {
  @IsIn(roles) role!: Role;
  /** Why; shown to auditors. */
  @Reason() reason?: string;
  /** Answer what would happen and write nothing. */
  @Optional() @IsBoolean() dryRun?: boolean;
}

/** Takes a role away from a member. */
export class RevokeRole extends Command<RevokeRole, VersionedResult<UserStanding>> {
  @IsIn(roles) role!: Role;
  /** Why; shown to auditors. */
  @Reason() reason?: string;
  /** Answer what would happen and write nothing. */
  @Optional() @Flag() dryRun?: boolean;
  /** Also end the tokens that the user issued, as far as the caller may manage them. */
  @Optional() @Flag() endIssuedTokens?: boolean;
}

/** What the program knows about the commands of this area. */
export const roleActs = {
  GrantRole: {
    permission: 'roles:grant',
    examples: () => roles.map((role) => new GrantRole({ role })),
    facts: ['uncounted'],
    undo: ({ before, after, now }) => {
      const [granted] = rolesOf(after).filter((role) => !rolesOf(before).includes(role));
      if (!granted) return 'irreversible';
      return rolesOf(now).includes(granted) ? new RevokeRole({ role: granted }) : 'changedSince';
    },
  },
  RevokeRole: {
    permission: 'roles:grant',
    examples: () => roles.map((role) => new RevokeRole({ role })),
    removesAdministrator: 'demoted',
    undo: ({ before, after, now }: Change) => {
      const [revoked] = rolesOf(before).filter((role) => !rolesOf(after).includes(role));
      if (!revoked) return 'irreversible';
      return rolesOf(now).includes(revoked) ? 'changedSince' : new GrantRole({ role: revoked });
    },
  },
} as const satisfies Record<string, Act>;

const rolesOf = (user: User): readonly Role[] => (user.status === 'absent' ? [] : user.roles);
