import { IsOptional } from 'class-validator';
import { MailLanguage } from '#libs/accounts';
import { Command, Country, Line, Optional, Reason, type VersionedResult } from '#libs/kernel';
import type { ChangedProfile, UserStanding } from '../../domain/results.js';
import type { Act, Change, UndoObstacle } from '../../domain/act.js';

/** Changes a member's names, countries or language. */
export class ChangeUser extends Command<ChangeUser, VersionedResult<UserStanding>> {
  @Optional() @Line(100) firstName?: string;
  @Optional() @Line(100) lastName?: string;
  @Optional() @Country() country?: string;
  @Optional() @MailLanguage() language?: string;
  /** `null` clears it. */
  @IsOptional() @Country() entitlementCountry?: string | null;
  /** Why; shown to auditors. */
  @Reason() reason?: string;
}

/** Changes the caller's own names, country or language. */
export class ChangeOwnProfile extends Command<ChangeOwnProfile, VersionedResult<ChangedProfile>> {
  @Optional() @Line(100) firstName?: string;
  @Optional() @Line(100) lastName?: string;
  @Optional() @Country() country?: string;
  @Optional() @MailLanguage() language?: string;
}

/** What the program knows about the commands of this area. */
export const profileActs = {
  ChangeUser: {
    permission: 'users:change',
    // No user has an empty name, so this example would change any user; it only serves to ask whether a change is allowed.
    examples: () => [new ChangeUser({ firstName: '' })],
    undo: restoreValues,
  },
  ChangeOwnProfile: { permission: 'me:write', response: 'own', undo: restoreValues },
} as const satisfies Record<string, Act>;

/** Restores the former values of the fields that the act changed, unless one was changed again or can not be cleared. */
function restoreValues({ before, after, now }: Change): Command<never> | UndoObstacle {
  if (before.status === 'absent' || after.status === 'absent' || now.status === 'absent') return 'irreversible';
  const fields = ['firstName', 'lastName', 'country', 'language', 'entitlementCountry'] as const;
  const changed = fields.filter((field) => before[field] !== after[field]);
  if (changed.some((field) => after[field] !== now[field])) return 'changedSince';
  const hadNoLanguage = changed.includes('language') && before.language === undefined;
  if (changed.length === 0 || hadNoLanguage) return 'irreversible';
  return new ChangeUser(Object.fromEntries(changed.map((field) => [field, before[field] ?? null])));
}
