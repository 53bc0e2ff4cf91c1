import { ArrayMaxSize, ArrayMinSize, IsBoolean, IsIn, ValidateBy } from 'class-validator';
import { Command, Ids, Optional, Reason } from '#libs/kernel';
import { ApproveUser, DeleteUser, LockUser, RejectUser, RestoreUser, UnlockUser } from './user.commands.js';

/** What can be done to many users at once. */
export const bulkActions = {
  approve: ApproveUser,
  reject: RejectUser,
  lock: LockUser,
  unlock: UnlockUser,
  delete: DeleteUser,
  restore: RestoreUser,
} as const;

const GoesWith = (...actions: ChangeUsers['action'][]) =>
  ValidateBy({
    name: `goesWith${actions.join('')}`,
    validator: {
      validate: (_, of) => actions.includes((of!.object as ChangeUsers).action),
      defaultMessage: () => `$property goes with the action ${actions.join(' or ')} alone`,
    },
  });

/** One act on chosen users: each succeeds or is refused on its own. */
export class ChangeUsers extends Command<ChangeUsers> {
  @IsIn(Object.keys(bulkActions)) action!: keyof typeof bulkActions;
  /** At most 1,000. */
  @Ids() @ArrayMinSize(1) @ArrayMaxSize(1000) userIds!: string[];
  /** Why; shown to auditors. */
  @Reason() reason?: string;
  /** Answer what would happen to each and write nothing. */
  @Optional() @IsBoolean() dryRun?: boolean;
  /** With `delete` alone: whoever restores them brings their roles back. */
  @Optional() @IsBoolean() @GoesWith('delete') keepRoles?: boolean;
  /** With `lock` and `delete`: also end the tokens that the users issued, as far as the caller may manage them. */
  @Optional() @IsBoolean() @GoesWith('lock', 'delete') endIssuedTokens?: boolean;
}
