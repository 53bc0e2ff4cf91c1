import {
  AccountDecider,
  AssertDomain,
  CloseAccount,
  ReleaseDomain,
  toCanonicalDomain,
  openingUndoneRefusal,
  findDomainOwner,
  appendDomainChange,
  type OpenAccount,
} from '#libs/accounts';
import { loadForCommand, retryOnConflict, handleCommand, appendDecided, type CommandResult } from '#libs/event-store';
import { checkRecentlyAuthenticated } from '#libs/authorization';
import { Refusal, decide, withContext, type Command, type CommandContext } from '#libs/kernel';
import { v5 as uuidv5 } from 'uuid';
import { AddUser } from '../areas/membership/membership.commands.js';
import { checkFree, createUser, type ClaimDependencies } from './claim-address.js';

export interface OpenedAccount extends CommandResult<unknown> {
  readonly accountId: string;
  readonly administratorId: string;
}

/**
 * Opens an account: checks everything, opens, asserts the domains, adds the administrator last. A refusal half-way
 * closes the account again and releases the domains. Each step may be repeated, so that the same key completes what a
 * crash left half-done. It makes somebody administrator, so a session must have been authenticated lately.
 */
export async function openAccount(claiming: ClaimDependencies, command: OpenAccount): Promise<OpenedAccount> {
  checkRecentlyAuthenticated(command.context);
  try {
    return await open(claiming, command);
  } catch (error) {
    throw offeringNothing(error);
  }
}

async function open(claiming: ClaimDependencies, command: OpenAccount): Promise<OpenedAccount> {
  const { store } = claiming;
  if (command.context.confinedTo)
    throw new Refusal('access.forbidden', 'forbidden', 'A token that names an account opens no other.');
  const domains = command.domains.map(toCanonicalDomain);
  const administrator = administratorOf(command);

  await retryOnConflict(async () => {
    const account = await loadForCommand(store, AccountDecider, command.context);
    if (account.sameCommand) {
      if (account.state.status === 'closed') {
        await undo(claiming, command, domains);
        throw openingUndoneRefusal();
      }
      return;
    }
    await checkDomainsFree(claiming, domains);
    await checkFree(claiming, administrator, domains);
    await appendDecided(
      store,
      AccountDecider,
      account,
      command,
      decide(AccountDecider, command, account.state, command.context),
    );
  });

  try {
    for (const domain of domains)
      await appendDomainChange(store, about(new AssertDomain({}), command, domain, `assert ${domain}`));
    await createUser(claiming, administrator, { startingRoles: ['administrator'] });
    const { targetId: accountId } = command.context;
    const { commandId, targetId: administratorId } = administrator.context;
    // As it was when the administrator came to count: a repeat answers the same.
    const account = await store.load(AccountDecider, accountId, { commandId });
    const { state, revision, position } = account.sameCommand ?? account;
    return { state, revision, position, changed: true, accountId, administratorId };
  } catch (error) {
    if (error instanceof Refusal && error.kind !== 'unavailable') await undo(claiming, command, domains);
    throw error;
  }
}

/**
 * A refusal is final: the account is closed, from when on its domains count as unclaimed, and they are released. An outage
 * is not final, it waits for the retry.
 */
async function undo({ store }: ClaimDependencies, command: OpenAccount, domains: readonly string[]): Promise<void> {
  await handleCommand(store, AccountDecider, about(new CloseAccount({}), command, command.context.targetId, 'close'));
  for (const domain of domains)
    await appendDomainChange(store, about(new ReleaseDomain({}), command, domain, `release ${domain}`));
}

/** What adding the administrator would offer is for an account that is there; this one is not. */
const offeringNothing = (error: unknown): unknown => (error instanceof Refusal ? error.withoutActions() : error);

async function checkDomainsFree({ store }: ClaimDependencies, domains: readonly string[]): Promise<void> {
  for (const domain of domains) {
    if (await findDomainOwner(store, domain))
      throw new Refusal('domain.owned-by-another', 'conflict', 'Another account owns this domain.', [], { domain });
  }
}

function administratorOf(command: OpenAccount): AddUser {
  const { email, firstName, lastName, country } = command.administrator;
  const id = uuidv5('administrator', command.context.commandId);
  return about(new AddUser({ email, firstName, lastName, country }), command, id, 'administrator');
}

/** A step of the opening as a command of its own, whose id derives from the opening's. */
function about<C extends Command<C>>(step: C, { context }: OpenAccount, targetId: string, name: string): C {
  const { expectedRevision: _, ...rest } = context;
  const of: CommandContext = {
    ...rest,
    account: context.targetId,
    targetId,
    commandId: uuidv5(name, context.commandId),
  };
  return withContext(step, of);
}
