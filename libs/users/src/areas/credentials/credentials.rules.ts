import { Refusal, type CommandContext } from '#libs/kernel';
import { checkActive, conflict } from '../../domain/checks.js';
import type { UserRules } from '../../domain/user.context.js';
import { userEvent } from '../../domain/user.events.js';
import { welcomeDays } from '../../domain/user.evolve.js';
import { findLinkToRepeat, mayLogIn, findOpenLink, findPasswordLock } from '../../domain/user.state.js';
import type * as credentials from './credentials.commands.js';

/** The rules of passwords and of the mailed links that set them. */
export const credentialRules: UserRules<Omit<typeof credentials, 'credentialActs'>> = {
  RequestPasswordReset: (_, user, context) => {
    const { password } = checkActive(user, context);
    if (!mayLogIn(user, context.at))
      throw conflict('user.locked', 'The user is locked: unlock them first.', context, 'UnlockUser');
    return [userEvent('UserPasswordResetRequested', { expiresAt: linkExpiry(password, context) })];
  },

  RequestPasswordResetByAddress: (_, user, context) => {
    if (!mayLogIn(user, context.at) || findLinkToRepeat(user, context.at)) return [];
    const { passwordLink, password } = user;
    const isOpen = passwordLink && findOpenLink(user, passwordLink.request, context.at);
    return [
      userEvent('UserPasswordResetRequested', {
        expiresAt: linkExpiry(password, context),
        ...(isOpen && { olderLinksStay: true }),
      }),
    ];
  },

  SetPassword: ({ link, replaces }, user, { at }) => {
    if (replaces !== undefined && !(mayLogIn(user, at) && user.password === replaces)) throw passwordWrong();
    const works = mayLogIn(user, at) && (link === undefined || findOpenLink(user, link, at));
    if (!works) {
      const why = 'This link was used, replaced by a newer one, or is too old: ask for a new one.';
      throw new Refusal('link.not-valid', 'conflict', why);
    }
    // Whoever reads the mails of the address has proved who they are.
    const unlocks = link !== undefined && findPasswordLock(user, at);
    return [
      userEvent('UserPasswordChanged', {}),
      ...(unlocks ? [userEvent('UserUnlocked', { causes: ['failedLogins'] })] : []),
    ];
  },
};

/** Returns when a link ends (constant): after an hour, or with the welcome for a user without a password. */
const linkExpiry = (password: string | undefined, { at }: CommandContext): string =>
  new Date(Date.parse(at) + (password ? 3_600_000 : welcomeDays * 86_400_000)).toISOString();

/** Returns the refusal `password.wrong`: the same whether the password was wrong at once or has been replaced meanwhile. */
export const passwordWrong = (): Refusal => new Refusal('password.wrong', 'forbidden', 'This is not your password.');
