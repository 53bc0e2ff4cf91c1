import {
  loadForCommand,
  retryOnConflict,
  repeatedResult,
  appendDecided,
  type EventStore,
  type CommandResult,
} from '#libs/event-store';
import { decide, withContext } from '#libs/kernel';
import { AccountDecider, checkAccountOpen } from '../domain/account.decider.js';
import {
  EmailDomainDecider,
  toCanonicalDomain,
  type AssertDomain,
  type EmailDomain,
  type ReleaseDomain,
} from '../domain/email-domain.decider.js';

/** Finds the account that owns a domain; domains of closed accounts have no owner. */
export async function findDomainOwner(store: EventStore, domain: string): Promise<string | undefined> {
  const { owner } = (await store.load(EmailDomainDecider, domain)).state;
  return owner && !(await isClosed(store, owner)) ? owner : undefined;
}

/**
 * Asserts or releases a domain for an open account.
 * @throws Refusal `account.not-found`, `domain.invalid`, `domain.owned-by-another`
 */
export async function changeDomainOwner(
  store: EventStore,
  command: AssertDomain | ReleaseDomain,
): Promise<CommandResult<EmailDomain>> {
  const { account, targetId } = command.context;
  checkAccountOpen((await store.load(AccountDecider, account!)).state);
  return appendDomainChange(
    store,
    withContext<AssertDomain>(command, { ...command.context, targetId: toCanonicalDomain(targetId) }),
  );
}

/** Asserts or releases a domain, given in its canonical form, without checking that the account is open. */
export function appendDomainChange(
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
