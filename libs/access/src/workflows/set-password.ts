import { v5 as uuidv5 } from 'uuid';
import type { EventStore, Written } from '#libs/event-store';
import { Refusal, issue, type Issuance } from '#libs/kernel';
import {
  ForgetPassword,
  SetPassword,
  UserDecider,
  canonicalAddress,
  changeUser,
  findByAddress,
  linkToRepeat,
  mayLogIn,
  openLink,
  type User,
} from '#libs/users';
import type { Vault } from '#libs/vault';
import { nextLinkRequest, quietDay } from '../domain/link-requests.js';
import { hashPassword } from './argon2.js';
import { checkStrength } from './check-strength.js';
import type { ComparisonServices } from './compare-password.js';
import { ofUser, recordLogin, type LoggedIn } from './log-in.js';
import { checkOwnPassword } from './own-password.js';
import { readPasswordLink } from './password-link.js';

type PasswordServices = Pick<ComparisonServices, 'store' | 'vault' | 'threads'>;

interface LinkServices {
  readonly store: EventStore;
  readonly vault: Pick<Vault, 'hmac' | 'linkRequests' | 'mails'>;
}

/**
 * Asks for a link for whoever has this address; nobody is told whether anybody has. While a link is open it is mailed again.
 * Between two mails to an address there are pauses, which grow.
 */
export async function requestLink(
  { store, vault }: LinkServices,
  { email, issuance }: { email: string; issuance: Issuance },
): Promise<void> {
  const found = await findByAddress({ store, vault }, email);
  if (!found || !mayLogIn(found.user, issuance.at)) return;
  const { linkRequests, mails } = vault;
  const address = vault.hmac('email', canonicalAddress(email));
  const now = Date.parse(issuance.at);
  const before = linkRequests.find(address);
  const newest = found.user.passwordLink;
  const isOpen = newest !== undefined && openLink(found.user, newest.request, issuance.at) !== undefined;
  const next = nextLinkRequest(before, now, isOpen);
  if (!next) return;
  const link = linkToRepeat(found.user, issuance.at);
  mails.together(() => {
    linkRequests.forgetBefore(now - quietDay);
    linkRequests.keep(address, next);
    if (link)
      mails.owe({
        id: uuidv5('mail', issuance.commandId),
        kind: 'password-link',
        user: found.id,
        about: link.request,
        since: now,
      });
  });
  if (link) return;
  try {
    await changeUser(
      store,
      issue(new ForgetPassword({}), { ...issuance, target: found.id, account: found.user.account }),
    );
  } catch (error) {
    linkRequests.keep(address, before);
    throw error;
  }
}

/** Sets a password by a mailed link, which works once, and logs in. Throws `link.not-valid`, `password.weak`. */
export async function followLink(
  services: PasswordServices,
  { link, password, issuance }: { link: string; password: string; issuance: Issuance },
): Promise<LoggedIn> {
  const terms = readPasswordLink(services.vault, link);
  const user = terms && (await services.store.load(UserDecider, terms.userId)).state;
  if (!terms || !user || !mayLogIn(user, issuance.at) || !openLink(user, terms.request, issuance.at))
    throw linkNotValid();
  const own = ofUser({ ...issuance, target: terms.userId }, user);
  await checkStrength(services, password, user);
  await setPassword(services, new SetPassword({ link: terms.request }), password, own, user.password);
  return recordLogin(services.store, own, 'link');
}

/** Changes one's own password. Throws `password.wrong`, which counts as a failed login; `password.weak`. */
export async function changePassword(
  services: ComparisonServices,
  { currentPassword, password, issuance }: { currentPassword: string; password: string; issuance: Issuance },
): Promise<LoggedIn> {
  const { user } = await checkOwnPassword(services, currentPassword, issuance);
  const { id: userId } = issuance.actor;
  // Whatever else has changed meanwhile is no reason to refuse, which would tell that the password was right.
  const { expectedRevision: _, ...rest } = issuance;
  const about = { ...rest, target: userId, account: user.account };
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

/** The hash goes first, under the command's id: the event that names it makes it count. */
async function setPassword(
  { store, vault: { passwords }, threads }: PasswordServices,
  command: SetPassword,
  password: string,
  issuance: Issuance,
  before: string | undefined,
): Promise<Written<User>> {
  const { target, commandId } = issuance;
  passwords.keep(target, commandId, await hashPassword(threads, password));
  try {
    const written = await changeUser(store, issue(command, issuance));
    if (before) passwords.forget(target, before);
    return written;
  } catch (error) {
    // Where nobody knows what became of the event, the hash is kept in case.
    if (!(error instanceof Refusal && error.kind === 'unavailable')) passwords.forget(target, commandId);
    throw error;
  }
}

const linkNotValid = () =>
  new Refusal(
    'link.not-valid',
    'conflict',
    'This link was used, replaced by a newer one, or is too old: ask for a new one.',
  );
