import {
  loadForCommand,
  retryOnConflict,
  repeatedResult,
  appendDecided,
  type EventStore,
  type CommandResult,
} from '#libs/event-store';
import { decide, withContext } from '#libs/kernel';
import { AccountDecider, checkOpen } from '../domain/account.decider.js';
import {
  EmailDomainDecider,
  domainName,
  type AssertDomain,
  type EmailDomain,
  type ReleaseDomain,
} from '../domain/email-domain.decider.js';

/** The account that owns a domain; a closed account's domains count as unclaimed. */
export async function ownerOf(store: EventStore, domain: string): Promise<string | undefined> {
  const { owner } = (await store.load(EmailDomainDecider, domain)).state;
  return owner && !(await isClosed(store, owner)) ? owner : undefined;
}

/**
 * Asserts or releases a domain for an open account. Throws `account.not-found`, `domain.invalid`,
 * `domain.owned-by-another`.
 */
export async function changeDomain(
  store: EventStore,
  command: AssertDomain | ReleaseDomain,
): Promise<CommandResult<EmailDomain>> {
  const { account, targetId } = command.context;
  checkOpen((await store.load(AccountDecider, account!)).state);
  return recordDomain(
    store,
    withContext<AssertDomain>(command, { ...command.context, targetId: domainName(targetId) }),
  );
}

/** The same for a domain in its canonical form, while the account is being opened or undone. */
export function recordDomain(
  store: EventStore,
  command: AssertDomain | ReleaseDomain,
): Promise<CommandResult<EmailDomain>> {
  const { context } = command;
  return retryOnConflict(async () => {
    const domain = await loadForCommand(store, EmailDomainDecider, context);
    if (domain.sameCommand) return repeatedResult(domain.sameCommand);
    const { owner } = domain.state;
    const ownerClosed = owner !== undefined && owner !== context.account && (await isClosed(store, owner));
    return appendDecided(
      store,
      EmailDomainDecider,
      domain,
      command,
      decide(EmailDomainDecider, command, domain.state, { ...context, ownerClosed }),
    );
  });
}

const isClosed = async (store: EventStore, account: string): Promise<boolean> =>
  (await store.load(AccountDecider, account)).state.status === 'closed';
