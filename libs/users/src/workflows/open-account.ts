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
import { checkUserCanBeAdded, createUser, type ClaimDependencies } from './claim-address.js';

export interface OpenedAccount extends CommandResult<unknown> {
  readonly accountId: string;
  readonly administratorId: string;
}

/**
 * Opens an account: checks everything, opens it, asserts its domains and adds the administrator last. After a refusal
 * half-way it closes the account and releases the domains. Each step may be repeated, so that a retry with the same key
 * completes what a crash left half-done. Throws `access.reauthenticate`, since it makes a user administrator.
 */
export async function openAccount(claiming: ClaimDependencies, command: OpenAccount): Promise<OpenedAccount> {
  checkRecentlyAuthenticated(command.context);
  try {
    return await runOpening(claiming, command);
  } catch (error) {
    throw withoutActions(error);
  }
}

async function runOpening(claiming: ClaimDependencies, command: OpenAccount): Promise<OpenedAccount> {
  const { store } = claiming;
  if (command.context.confinedTo)
    throw new Refusal('access.forbidden', 'forbidden', 'A token that names an account opens no other.');
  const domains = command.domains.map(toCanonicalDomain);
  const administrator = toAddAdministrator(command);

  await retryOnConflict(async () => {
    const account = await loadForCommand(store, AccountDecider, command.context);
    if (account.sameCommand) {
      if (account.state.status === 'closed') {
        await closeAgain(claiming, command, domains);
        throw openingUndoneRefusal();
      }
      return;
    }
    await checkDomainsFree(claiming, domains);
    await checkUserCanBeAdded(claiming, administrator, domains);
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
      await appendDomainChange(store, toStepCommand(new AssertDomain({}), command, domain, `assert ${domain}`));
    await createUser(claiming, administrator, { startingRoles: ['administrator'] });
    const { targetId: accountId } = command.context;
    const { commandId, targetId: administratorId } = administrator.context;
    // The state when the administrator was appointed, so that a repetition returns the same.
    const account = await store.load(AccountDecider, accountId, { commandId });
    const { state, revision, position } = account.sameCommand ?? account;
    return { state, revision, position, changed: true, accountId, administratorId };
  } catch (error) {
    if (error instanceof Refusal && error.kind !== 'unavailable') await closeAgain(claiming, command, domains);
    throw error;
  }
}

/** Closes an account whose opening was refused, which makes its domains count as unclaimed, and then releases them. */
async function closeAgain(
  { store }: ClaimDependencies,
  command: OpenAccount,
  domains: readonly string[],
): Promise<void> {
  await handleCommand(
    store,
    AccountDecider,
    toStepCommand(new CloseAccount({}), command, command.context.targetId, 'close'),
  );
  for (const domain of domains)
    await appendDomainChange(store, toStepCommand(new ReleaseDomain({}), command, domain, `release ${domain}`));
}

/** Returns the refusal without its actions: they would be about an account that does not exist. */
const withoutActions = (error: unknown): unknown => (error instanceof Refusal ? error.withoutActions() : error);

async function checkDomainsFree({ store }: ClaimDependencies, domains: readonly string[]): Promise<void> {
  for (const domain of domains) {
    if (await findDomainOwner(store, domain))
      throw new Refusal('domain.owned-by-another', 'conflict', 'Another account owns this domain.', [], { domain });
  }
}

function toAddAdministrator(command: OpenAccount): AddUser {
  const { email, firstName, lastName, country } = command.administrator;
  const id = uuidv5('administrator', command.context.commandId);
  return toStepCommand(new AddUser({ email, firstName, lastName, country }), command, id, 'administrator');
}

/** Gives a step of the opening a context of its own, whose command id derives from the opening's. */
function toStepCommand<C extends Command<C>>(step: C, { context }: OpenAccount, targetId: string, name: string): C {
  const { expectedRevision: _, ...rest } = context;
  const of: CommandContext = {
    ...rest,
    account: context.targetId,
    targetId,
    commandId: uuidv5(name, context.commandId),
  };
  return withContext(step, of);
}
