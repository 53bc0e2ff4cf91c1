import { createPasswordLink } from '#libs/access';
import { AccountDecider, languages, type Language } from '#libs/accounts';
import type { EventStore } from '#libs/event-store';
import { UserDecider, accountOf, mayLogIn, openLink, servesAsAdministrator, type User } from '#libs/users';
import type { Mail, Vault } from '#libs/vault';
import { formatTime, renderMail, type MailContent } from '../domain/render-mail.js';
import type { MailKind } from '../domain/mail-effect.js';
import type { MailText, MailTexts } from '../domain/mail-texts.js';

/** A letter and whom it goes to. */
export interface Message extends MailContent {
  readonly to: { readonly name: string; readonly address: string };
}

export interface ComposeDependencies {
  readonly store: Pick<EventStore, 'load'>;
  readonly vault: Pick<Vault, 'hmac' | 'pendingApprovals'>;
  /** Where people reach the server, without a slash at the end. */
  readonly publicUrl: string;
  readonly now: () => Date;
}

/** What a letter says, and where its link leads. */
interface Contents {
  readonly say: (words: MailTexts) => MailText;
  readonly href: string;
}

/**
 * The mail as it is to be sent now, by what the log says now; undefined where it makes no sense any more, `user.locked`
 * where it would but for a lock.
 */
export async function composeMail(desk: ComposeDependencies, mail: Mail): Promise<Message | 'user.locked' | undefined> {
  const { state: user } = await desk.store.load(UserDecider, mail.user);
  // An erased user has no address any more.
  if (user.status === 'absent' || !user.email) return undefined;
  const account = await openAccount(desk.store, accountOf(user));
  const language = languages.find((known) => known === (user.language ?? account?.language)) ?? 'en';
  const contents = await contentsOf[mail.kind as MailKind](desk, mail, user, { account: account?.name, language });
  if (contents === undefined || contents === 'user.locked') return contents;
  return {
    to: { name: `${user.firstName} ${user.lastName}`, address: user.email },
    ...renderMail({ language, firstName: user.firstName, ...contents }),
  };
}

/** The name of the user's account, and the language of the letter. */
interface Address {
  readonly account: string | undefined;
  readonly language: Language;
}

const contentsOf: Record<
  MailKind,
  (desk: ComposeDependencies, mail: Mail, user: User, address: Address) => Promise<Contents | 'user.locked' | undefined>
> = {
  'password-link': async (
    { vault, publicUrl, now },
    { user: userId, about: requestId },
    user,
    { account, language },
  ) => {
    const at = now().toISOString();
    const link = openLink(user, requestId, at);
    if (!link) return undefined;
    if (!mayLogIn(user, at)) return 'user.locked';
    const until = formatTime(link.expiresAt, language);
    // In the fragment, which browsers send to nobody.
    const href = `${publicUrl}/set-password#${createPasswordLink(vault, { userId, requestId })}`;
    if (user.password) return { say: (words) => words.resetPassword({ until }), href };
    return account === undefined ? undefined : { say: (words) => words.completeProfile({ account, until }), href };
  },

  'password-changed': async ({ publicUrl }) => ({ say: (words) => words.passwordChanged(), href: publicUrl }),

  'approvals-waiting': async ({ vault, publicUrl, now }, { about }, user, { account }) => {
    const count = vault.pendingApprovals.count(about);
    if (
      count === 0 ||
      !servesAsAdministrator(user, now().toISOString()) ||
      accountOf(user) !== about ||
      account === undefined
    )
      return undefined;
    return { say: (words) => words.approvalsWaiting({ account, count }), href: publicUrl };
  },
};

async function openAccount(store: ComposeDependencies['store'], id: string | undefined) {
  if (id === undefined) return undefined;
  const { state } = await store.load(AccountDecider, id);
  return state.status === 'open' ? state : undefined;
}
