import { createPasswordLink } from '#libs/access';
import { AccountDecider, languages, type Language } from '#libs/accounts';
import type { EventStore } from '#libs/event-store';
import {
  UserDecider,
  accountOf,
  findDeparture,
  mayLogIn,
  findOpenLink,
  servesAsAdministrator,
  type ExistingUser,
  type User,
} from '#libs/users';
import type { Mail, Vault } from '#libs/vault';
import { formatTime, renderMail, type MailContent } from '../domain/render-mail.js';
import type { MailKind } from '../domain/mail-effect.js';
import { parseNotice } from './queue-approval-mails.js';
import { mailTexts, type MailFacts, type TextFunctions } from '../domain/mail-texts.js';

/** A mail and its recipient. */
export interface Message extends MailContent {
  readonly to: { readonly name: string; readonly address: string };
}

/** What {@link composeMail} uses. */
export interface ComposeDependencies {
  readonly store: Pick<EventStore, 'load'>;
  readonly vault: Pick<Vault, 'hmac' | 'pendingApprovals' | 'approvalNotices'>;
  /** The address of the admin UI, without a slash at the end. */
  readonly publicUrl: string;
  readonly now: () => Date;
}

/** The facts that the text of a mail needs, and the target of its link. */
interface Contents<Kind extends MailKind> {
  readonly facts: MailFacts[Kind];
  readonly href: string;
}

/** `user.locked`: not to be sent while the user may not log in; undefined: not to be sent at all. */
type Composed<T> = T | 'user.locked' | undefined;

/**
 * Composes a mail from the current state of its user. Returns `user.locked` if the user may not log in now, for example
 * because of an administrator's lock: the mail is queued again when the user is unlocked or restored. Returns undefined for
 * a mail that is of no use any more, for example one whose link has expired.
 */
export async function composeMail(dependencies: ComposeDependencies, mail: Mail): Promise<Composed<Message>> {
  const { state: user } = await dependencies.store.load(UserDecider, mail.user);
  // An erased user has no address any more.
  if (user.status === 'absent' || !user.email) return undefined;
  const account = await loadOpenAccount(dependencies.store, accountOf(user) ?? rejectedBy(user));
  const language = languages.find((known) => known === (user.language ?? account?.language)) ?? 'en';
  return composeKind(mail.kind as MailKind, dependencies, mail, user, { account: account?.name, language });
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- ties the facts to the texts of the same kind
async function composeKind<Kind extends MailKind>(
  kind: Kind,
  dependencies: ComposeDependencies,
  mail: Mail,
  user: ExistingUser,
  recipient: Recipient,
): Promise<Composed<Message>> {
  const contents = await composers[kind](dependencies, mail, user, recipient);
  if (contents === undefined || contents === 'user.locked') return contents;
  const { language } = recipient;
  const texts: TextFunctions = mailTexts[language];
  const text = texts[kind](contents.facts);
  return {
    to: { name: `${user.firstName} ${user.lastName}`, address: user.email },
    ...renderMail({ language, firstName: user.firstName, text, href: contents.href }),
  };
}

/** The name of the user's account, or of the one that has rejected them, if it is open, and the language of the mail. */
interface Recipient {
  readonly account: string | undefined;
  readonly language: Language;
}

type Composer<Kind extends MailKind> = (
  dependencies: ComposeDependencies,
  mail: Mail,
  user: User,
  recipient: Recipient,
) => Promise<Composed<Contents<Kind>>>;

const composers: { readonly [Kind in MailKind]: Composer<Kind> } = {
  'password-link': async (
    { vault, publicUrl, now },
    { user: userId, about: requestId },
    user,
    { account, language },
  ) => {
    const at = now().toISOString();
    const link = findOpenLink(user, requestId, at);
    if (!link) return undefined;
    if (!mayLogIn(user, at)) return 'user.locked';
    const until = formatTime(link.expiresAt, language);
    // In the fragment, which browsers do not send to any server.
    const href = `${publicUrl}/set-password#${createPasswordLink(vault, { userId, requestId })}`;
    if (user.password) return { facts: { until }, href };
    return account === undefined ? undefined : { facts: { until, newMemberOf: account }, href };
  },

  'password-changed': async ({ publicUrl }) => ({ facts: {}, href: publicUrl }),

  'approvals-requested': async (dependencies, { about }, user, { account }) => {
    const notice = parseNotice(about);
    const count = await dependencies.vault.approvalNotices.count(notice);
    return toApprovalContents(dependencies, { user, accountId: notice.account, account, count });
  },

  'approvals-waiting': async (dependencies, { about: accountId }, user, { account }) => {
    const count = await dependencies.vault.pendingApprovals.count(accountId);
    return toApprovalContents(dependencies, { user, accountId, account, count });
  },

  'approval-rejected': async ({ publicUrl }, _, user, { account }) =>
    account === undefined || rejectedBy(user) === undefined ? undefined : { facts: { account }, href: publicUrl },
};

/** Returns the contents of a mail about users who wait for approval; undefined if none waits or the recipient is no administrator there any more. */
function toApprovalContents(
  { publicUrl, now }: ComposeDependencies,
  { user, accountId, account, count }: { user: User; accountId: string; account: string | undefined; count: number },
): { facts: { account: string; count: number }; href: string } | undefined {
  const isAdministratorThere = servesAsAdministrator(user, now().toISOString()) && accountOf(user) === accountId;
  if (count === 0 || !isAdministratorThere || account === undefined) return undefined;
  return { facts: { account, count }, href: `${publicUrl}/accounts/${accountId}/approvals` };
}

/** Returns the id of the account that has rejected the user, unless they have been in an account or waited for one since. */
function rejectedBy(user: User): string | undefined {
  const lastAccount = user.status === 'unaffiliated' ? user.lastAccount : undefined;
  if (user.status === 'absent' || lastAccount === undefined) return undefined;
  return findDeparture(user, lastAccount)?.act === 'rejected' ? lastAccount : undefined;
}

async function loadOpenAccount(store: ComposeDependencies['store'], id: string | undefined) {
  if (id === undefined) return undefined;
  const { state } = await store.load(AccountDecider, id);
  return state.status === 'open' ? state : undefined;
}
