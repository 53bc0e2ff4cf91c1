import { checkKnown, checkRank, conflict } from '../../domain/checks.js';
import type { UserRules } from '../../domain/user.context.js';
import { userEvent, type UserEvent } from '../../domain/user.events.js';
import { accountOf, type ExistingUser } from '../../domain/user.state.js';
import type * as profile from './profile.commands.js';

/** The rules of changing names, countries and language. */
export const profileRules: UserRules<Omit<typeof profile, 'profileActs'>> = {
  ChangeUser: (changes, user, context) => {
    const known = checkKnown(user, context);
    checkRank(known, context);
    if (accountOf(known) !== context.account)
      throw conflict('user.not-active', 'The user is no member of this account.', context);
    return changeEvents(changes, known);
  },

  ChangeOwnProfile: (changes, user, context) => {
    const known = checkKnown(user, context);
    if (known.status !== 'active' || known.account !== context.account)
      throw conflict('user.not-active', 'You are not an active member of this account.', context);
    return changeEvents(changes, known);
  },
};

/** The new values of a user; fields that are left out stay, and `entitlementCountry: null` clears it. */
interface Changes {
  readonly firstName?: string;
  readonly lastName?: string;
  readonly country?: string;
  readonly language?: string;
  readonly entitlementCountry?: string | null;
}

/** Returns an event for each part of the profile whose values differ. */
function changeEvents(changes: Changes, known: ExistingUser): UserEvent[] {
  const { firstName = known.firstName, lastName = known.lastName, country, language, entitlementCountry } = changes;
  const events: UserEvent[] = [];
  if (firstName !== known.firstName || lastName !== known.lastName)
    events.push(userEvent('UserRenamed', { firstName, lastName }));
  if (country && country !== known.country) events.push(userEvent('UserCountryChanged', { country }));
  if (language && language !== known.language) events.push(userEvent('UserLanguageChanged', { language }));
  if (entitlementCountry !== undefined && (entitlementCountry ?? undefined) !== known.entitlementCountry) {
    events.push(userEvent('UserEntitlementCountryChanged', entitlementCountry ? { country: entitlementCountry } : {}));
  }
  return events;
}
