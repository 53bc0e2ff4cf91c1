import type { DataOf, Recorded } from '#libs/kernel';
import type { UserEvent } from '#libs/users';

/** Why a mail is sent. One kind of link sets the first password and resets the next. */
export type MailKind = 'password-link' | 'password-changed' | 'approvals-waiting';

/** What an event means for the mails to whom it is about. */
export interface MailEffect {
  readonly owes?: MailKind;
  /** A link whose turn came while they could not log in is owed again. */
  readonly letsIn?: true;
  /** The account in which they wait for approval from now on; `null`: in none. */
  readonly waitsIn?: string | null;
}

const waitsNoMore = { waitsIn: null };

const meanings: { readonly [Type in UserEvent['type']]?: (data: DataOf<UserEvent, Type>) => MailEffect } = {
  UserAdded: ({ account, status }) => (status === 'active' ? { owes: 'password-link' } : { waitsIn: account }),
  UserApprovalRequested: ({ account }) => ({ waitsIn: account }),
  // To one who has a password already these two are void when their turn comes: there is no link.
  UserApproved: () => ({ owes: 'password-link', waitsIn: null }),
  UserAddedToAccount: () => ({ owes: 'password-link', waitsIn: null }),
  UserRestored: () => ({ letsIn: true, waitsIn: null }),
  UserUnlocked: () => ({ letsIn: true }),
  UserRejected: () => waitsNoMore,
  UserDeleted: () => waitsNoMore,
  UserPasswordResetRequested: () => ({ owes: 'password-link' }),
  UserPasswordChanged: () => ({ owes: 'password-changed' }),
};

/** The types of the events that mean something. */
export const meaningful: readonly string[] = Object.keys(meanings);

/** What this event means; nothing, for most. */
export function mailEffectOf({ type, data }: Recorded): MailEffect {
  const meaning = Object.hasOwn(meanings, type)
    ? (meanings[type as UserEvent['type']] as (data: object) => MailEffect)
    : undefined;
  return meaning?.(data) ?? {};
}
