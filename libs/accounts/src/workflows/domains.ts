import { begin, decidingAgain, firstAnswer, record, type EventStore, type Written } from '#libs/event-store';
import { decide, issue } from '#libs/kernel';
import { AccountDecider, checkOpen } from '../domain/account.decider.js';
import {
  DomainDecider,
  domainName,
  type AssertDomain,
  type DomainName,
  type ReleaseDomain,
} from '../domain/domain.decider.js';

/** The account that owns a domain; a closed account's domains count as unclaimed. */
export async function ownerOf(store: EventStore, domain: string): Promise<string | undefined> {
  const { owner } = (await store.load(DomainDecider, domain)).state;
  return owner && !(await isClosed(store, owner)) ? owner : undefined;
}

/**
 * Asserts or releases a domain for an open account. Throws `account.not-found`, `domain.invalid`,
 * `domain.owned-by-another`.
 */
export async function changeDomain(
  store: EventStore,
  command: AssertDomain | ReleaseDomain,
): Promise<Written<DomainName>> {
  const { account, target } = command.issuance;
  checkOpen((await store.load(AccountDecider, account!)).state);
  return recordDomain(store, issue<AssertDomain>(command, { ...command.issuance, target: domainName(target) }));
}

/** The same for a domain in its canonical form, while the account is being opened or undone. */
export function recordDomain(store: EventStore, command: AssertDomain | ReleaseDomain): Promise<Written<DomainName>> {
  const { issuance } = command;
  return decidingAgain(async () => {
    const domain = await begin(store, DomainDecider, issuance);
    if (domain.earlier) return firstAnswer(domain.earlier);
    const { owner } = domain.state;
    const ownerClosed = owner !== undefined && owner !== issuance.account && (await isClosed(store, owner));
    return record(
      store,
      DomainDecider,
      domain,
      command,
      decide(DomainDecider, command, domain.state, { ...issuance, ownerClosed }),
    );
  });
}

const isClosed = async (store: EventStore, account: string): Promise<boolean> =>
  (await store.load(AccountDecider, account)).state.status === 'closed';
