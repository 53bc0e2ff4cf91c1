import { v5 as uuidv5 } from 'uuid';
import type { EventStore, CommandResult } from '#libs/event-store';
import { Refusal, withContext, type CommandContext } from '#libs/kernel';
import {
  RequestPasswordResetByAddress,
  SetPassword,
  UserDecider,
  toCanonicalAddress,
  changeUser,
  findUserByAddress,
  findLinkToRepeat,
  mayLogIn,
  findOpenLink,
  type ActiveUser,
  type User,
} from '#libs/users';
import type { Vault } from '#libs/vault';
import type { PasswordLinkOwner } from '../domain/session.commands.js';
import { countLinkMail, linkCountLifetime } from '../domain/link-requests.js';
import { hashPassword } from './argon2.js';
import { checkStrength } from './check-strength.js';
import type { ComparePasswordDependencies } from './compare-password.js';
import { toUserContext, recordLogin, type LoggedIn } from './log-in.js';
import { checkOwnPassword } from './own-password.js';
import { verifyPasswordLink, type PasswordLinkData } from './password-link.js';

type PasswordServices = Pick<ComparePasswordDependencies, 'store' | 'vault' | 'threads'>;

interface LinkServices {
  readonly store: EventStore;
  readonly vault: Pick<Vault, 'hmac' | 'addresses' | 'linkRequests' | 'outbox'>;
}

/**
 * Mails a password link to the user with this e-mail address: a new one, or the newest again if it works for 15 more minutes.
 * Does nothing if there is no such user, if the user may not log in, or during the pause after a mail, see
 * {@link countLinkMail}.
 */
export async function requestPasswordLink(
  { store, vault }: LinkServices,
  { email, context }: { email: string; context: CommandContext },
): Promise<void> {
  const found = await findUserByAddress({ store, vault }, email);
  if (!found || !mayLogIn(found.user, context.at)) return;
  const { linkRequests, outbox } = vault;
  const address = vault.hmac('email', toCanonicalAddress(email));
  const now = Date.parse(context.at);
  const before = await linkRequests.find(address);
  const newest = found.user.passwordLink;
  const isOpen = newest !== undefined && findOpenLink(found.user, newest.request, context.at) !== undefined;
  const next = countLinkMail(before, now, isOpen);
  if (!next) return;
  const link = findLinkToRepeat(found.user, context.at);
  const mail = link && {
    id: uuidv5('mail', context.commandId),
    kind: 'password-link',
    user: found.id,
    about: link.request,
    since: now,
  };
  await outbox.save([
    ...linkRequests.deleteBefore(now - linkCountLifetime),
    ...linkRequests.save(address, next),
    ...(mail ? outbox.enqueue(mail) : []),
  ]);
  if (link) return;
  try {
    await changeUser(
      store,
      withContext(new RequestPasswordResetByAddress({}), {
        ...context,
        targetId: found.id,
        account: found.user.account,
      }),
    );
  } catch (error) {
    await outbox.save(linkRequests.save(address, before));
    throw error;
  }
}

/** Returns whose password a mailed link sets. Throws `link.not-valid`. */
export async function checkPasswordLink(
  services: Pick<PasswordServices, 'store' | 'vault'>,
  { link, context }: { link: string; context: CommandContext },
): Promise<PasswordLinkOwner> {
  const { user, expiresAt } = await loadLinkUser(services, link, context.at);
  return { email: user.email, expiresAt };
}

/** Loads the user whose password a link sets. Throws `link.not-valid`. */
async function loadLinkUser(
  { store, vault }: Pick<PasswordServices, 'store' | 'vault'>,
  link: string,
  at: string,
): Promise<{ readonly terms: PasswordLinkData; readonly user: ActiveUser; readonly expiresAt: string }> {
  const terms = verifyPasswordLink(vault, link);
  const user = terms && (await store.load(UserDecider, terms.userId)).state;
  const open = user && findOpenLink(user, terms.requestId, at);
  if (!open || !mayLogIn(user, at)) throw linkNotValid();
  return { terms, user, expiresAt: open.expiresAt };
}

/** Sets a user's password with a mailed link, which works once, and logs the user in. Throws `link.not-valid`, `password.weak`. */
export async function setPasswordByLink(
  services: PasswordServices,
  { link, password, context }: { link: string; password: string; context: CommandContext },
): Promise<LoggedIn> {
  const { terms, user } = await loadLinkUser(services, link, context.at);
  const own = toUserContext({ ...context, targetId: terms.userId }, user);
  await checkStrength(services, password, user);
  await setPassword(services, new SetPassword({ link: terms.requestId }), password, own, user.password);
  return recordLogin(services.store, own, 'link');
}

/** Changes the caller's own password. Throws `password.wrong`, which counts as a failed login; `password.weak`. */
export async function changePassword(
  services: ComparePasswordDependencies,
  { currentPassword, password, context }: { currentPassword: string; password: string; context: CommandContext },
): Promise<LoggedIn> {
  const { user } = await checkOwnPassword(services, currentPassword, context);
  const { id: userId } = context.actor;
  // Without the If-Match: a conflict would disclose that the password was right.
  const { expectedRevision: _, ...rest } = context;
  const about = { ...rest, targetId: userId, account: user.account };
  await checkStrength(services, password, user);
  const { revision, position } = await setPassword(
    services,
    new SetPassword({ replaces: user.password! }),
    password,
    about,
    user.password,
  );
  return { userId, revision, position };
}

/** Saves the hash under the command's id, then appends the event that makes it valid. */
async function setPassword(
  { store, vault: { passwords }, threads }: PasswordServices,
  command: SetPassword,
  password: string,
  context: CommandContext,
  before: string | undefined,
): Promise<CommandResult<User>> {
  const { targetId, commandId } = context;
  await passwords.save(targetId, commandId, await hashPassword(threads, password));
  try {
    const written = await changeUser(store, withContext(command, context));
    if (before) await passwords.delete(targetId, before);
    return written;
  } catch (error) {
    // If it is unknown whether the event was appended, the hash stays.
    if (!(error instanceof Refusal && error.kind === 'unavailable')) await passwords.delete(targetId, commandId);
    throw error;
  }
}

const linkNotValid = () =>
  new Refusal(
    'link.not-valid',
    'conflict',
    'This link was used, replaced by a newer one, or is too old: ask for a new one.',
  );
