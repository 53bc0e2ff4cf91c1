import { setTimeout as sleep } from 'node:timers/promises';
import { AccountDecider, checkAccountOpen, findDomainOwner } from '#libs/accounts';
import {
  WrongRevision,
  loadForCommand,
  propose,
  retryOnConflict,
  repeatedResult,
  unlessTampered,
  type CommandResult,
} from '#libs/event-store';
import { decide } from '#libs/kernel';
import type { AddUser, RegisterUser } from '../areas/membership/membership.commands.js';
import type { AddressClaim } from '../domain/address-claim.js';
import { toCanonicalAddress, domainOf } from '../domain/email-address.js';
import type { UserContext } from '../domain/user.context.js';
import { UserDecider } from '../domain/user.decider.js';
import type { ExistingUser, User } from '../domain/user.state.js';
import {
  abandonClaim,
  appendClaim,
  loadClaim,
  type AddressClaimDependencies,
  type AddressDependencies,
} from './address-claims.js';
import { appendKeepingAnAdministrator, repeatedUserResult } from './administrators.js';

/** What creating a user needs. */
export interface ClaimDependencies extends AddressClaimDependencies {
  /** How long to wait for another command that has claimed the address to add its user, ms. Not needed for correctness. */
  readonly rivalTimeoutMs?: number;
}

/**
 * Creates a user with an address that no user has, so that there is one user for each address.
 *
 * The address's stream keeps who claimed it last. A claim holds while the claimant's stream has the address. If
 * a crash left the claimant without it, the claim is abandoned in the claimant's stream, at the loaded revision, before
 * this command claims. So correctness depends on revisions only, not on time.
 */
export function createUser(
  dependencies: ClaimDependencies,
  command: AddUser | RegisterUser,
  facts: Pick<UserContext, 'startingRoles'> = {},
): Promise<CommandResult<User>> {
  const { context } = command;
  const { store, rivalTimeoutMs = 1_000 } = dependencies;
  const rivalTimer = new RivalTimer(rivalTimeoutMs);

  return retryOnConflict(async () => {
    const user = await loadForCommand(store, UserDecider, context);
    if (user.sameCommand)
      return context.account ? repeatedUserResult(store, context, user.sameCommand) : repeatedResult(user.sameCommand);
    if (context.account) checkAccountOpen((await store.load(AccountDecider, context.account)).state);
    const { claim, rival, holder } = await loadClaimant(dependencies, command);
    const domainOwner = await findDomainOwner(store, domainOf(command.email));
    const events = decide(UserDecider, command, user.state, {
      ...context,
      ...facts,
      ...(domainOwner && { domainOwner }),
      ...holder,
    });

    if (rival && !rival.state.abandonedClaims.includes(claim.state.claim!)) {
      await rivalTimer.waitFor(claim.state.claim!, rival.state);
      await abandonClaim(store, claim.state as Required<AddressClaim>, rival.revision, context.at);
    }
    const ours = claim.state.user === context.targetId && !user.state.abandonedClaims.includes(claim.state.claim!);
    if (!ours) await appendClaim(dependencies, context.targetId, claim, context.at);
    return appendKeepingAnAdministrator(store, command, user.state, propose(UserDecider, user, command, events));
  }, 10_000);
}

/** Loads the last claim of the address, the other user who made it, and that user as holder if they have the address. */
async function loadClaimant(dependencies: ClaimDependencies, command: AddUser | RegisterUser) {
  const { store } = dependencies;
  const claim = await loadClaim(dependencies, command.email);
  const { user: id } = claim.state;
  const rival = id !== undefined && id !== command.context.targetId ? await store.load(UserDecider, id) : undefined;
  const has = rival && hasAddress(rival.state, toCanonicalAddress(command.email));
  return { claim, rival, holder: has ? { holder: { id: id!, user: rival.state as ExistingUser } } : {} };
}

/** Returns the user who has this address, if there is one. If the log of the address or of the user is tampered, there is none. */
export function findUserByAddress(
  dependencies: AddressDependencies,
  email: string,
): Promise<{ readonly id: string; readonly user: User } | undefined> {
  const find = async () => {
    const { user: id } = (await loadClaim(dependencies, email)).state;
    const user = id === undefined ? undefined : (await dependencies.store.load(UserDecider, id)).state;
    return user && hasAddress(user, toCanonicalAddress(email)) ? { id: id!, user } : undefined;
  };
  // Strangers choose the address: the answer must not show them that it is known.
  return unlessTampered(find(), undefined);
}

/** Checks that this user could be added once the account owns `domains`; appends nothing. Throws what `AddUser` would refuse. */
export async function checkUserCanBeAdded(
  dependencies: ClaimDependencies,
  command: AddUser,
  domains: readonly string[],
): Promise<void> {
  const { holder } = await loadClaimant(dependencies, command);
  const domain = domainOf(command.email);
  const domainOwner = domains.includes(domain)
    ? command.context.account
    : await findDomainOwner(dependencies.store, domain);
  decide(UserDecider, command, UserDecider.initial, {
    ...command.context,
    ...(domainOwner && { domainOwner }),
    ...holder,
  });
}

const hasAddress = (user: User, address: string): boolean =>
  user.status !== 'absent' && !isErased(user) && toCanonicalAddress(user.email) === address;

/** Returns whether the personal data of a user were erased: then their events have none. */
const isErased = ({ email }: { readonly email?: string }): boolean => email === undefined;

/** Waits for other commands that have claimed the address and not yet added their user. */
class RivalTimer {
  private claim: string | undefined;
  private since = 0;

  constructor(private readonly courtesy: number) {}

  /** Throws `WrongRevision`, so that the command is decided again, until the claim is `rivalTimeoutMs` old or its user exists. */
  async waitFor(claim: string, claimant: User): Promise<void> {
    if (claimant.status !== 'absent') return;
    if (this.claim !== claim) {
      this.claim = claim;
      this.since = performance.now();
    }
    if (performance.now() - this.since >= this.courtesy) return;
    await sleep(10);
    throw new WrongRevision(claim, 0, 0);
  }
}
