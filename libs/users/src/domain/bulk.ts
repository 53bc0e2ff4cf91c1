import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsBoolean, IsIn, IsUUID, ValidateBy } from 'class-validator';
import { Command, Optional, Reason } from '#libs/kernel';
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

const GoesWithDelete = () =>
  ValidateBy({
    name: 'goesWithDelete',
    validator: { validate: (_, of) => (of!.object as ChangeUsers).action === 'delete', defaultMessage: () => '$property goes with the action delete alone' },
  });

/** One act on chosen users: each succeeds or is refused on its own. */
export class ChangeUsers extends Command<ChangeUsers> {
  @IsIn(Object.keys(bulkActions)) action!: keyof typeof bulkActions;
  /** At most 1,000. */
  @IsArray() @ArrayMinSize(1) @ArrayMaxSize(1000) @ArrayUnique() @IsUUID(undefined, { each: true }) userIds!: string[];
  /** Why; shown to auditors. */
  @Reason() reason?: string;
  /** Answer what would happen to each and write nothing. */
  @Optional() @IsBoolean() dryRun?: boolean;
  /** With `delete` alone: whoever restores them brings their roles back. */
  @Optional() @IsBoolean() @GoesWithDelete() keepRoles?: boolean;
}
