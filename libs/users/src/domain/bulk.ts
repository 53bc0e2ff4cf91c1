import { ArrayMaxSize, ArrayMinSize, IsBoolean, IsIn, ValidateBy } from 'class-validator';
import { Command, Ids, Optional, Reason, type VersionedResult } from '#libs/kernel';
import type { BulkAnswer } from './results.js';
import { bulkCommands } from './user.acts.js';

/** Checks that the field is only used with one of these actions. */
const GoesWith = (...actions: ChangeUsers['action'][]) =>
  ValidateBy({
    name: `goesWith${actions.join('')}`,
    validator: {
      validate: (_, of) => actions.includes((of!.object as ChangeUsers).action),
      defaultMessage: () => `$property goes with the action ${actions.join(' or ')} alone`,
    },
  });

/** Gives one command to each of the chosen users; each succeeds or is refused on its own. */
export class ChangeUsers extends Command<ChangeUsers, VersionedResult<BulkAnswer>> {
  @IsIn(Object.keys(bulkCommands)) action!: keyof typeof bulkCommands;
  /** At most 1,000. */
  @Ids() @ArrayMinSize(1) @ArrayMaxSize(1000) userIds!: string[];
  /** Why; shown to auditors. */
  @Reason() reason?: string;
  /** Answer what would happen to each and write nothing. */
  @Optional() @IsBoolean() dryRun?: boolean;
  /** Only with `delete`: keep the roles, so that a restore gives them back. */
  @Optional() @IsBoolean() @GoesWith('delete') keepRoles?: boolean;
  /** With `lock` and `delete`: also end the tokens that the users issued, as far as the caller may manage them. */
  @Optional() @IsBoolean() @GoesWith('lock', 'delete') endIssuedTokens?: boolean;
}
