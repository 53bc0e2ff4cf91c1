import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AccountDecider, checkAccountOpen, findDomainOwner } from '#libs/accounts';
import {
  WrongRevision,
  loadForCommand,
  propose,
  retryOnConflict,
  repeatedResult,
  type EventStore,
  type Loaded,
  type CommandResult,
} from '#libs/event-store';
import { decide, type DomainEvent, type Subject } from '#libs/kernel';
import type { Vault } from '#libs/vault';
import type { AddUser, RegisterUser } from '../areas/membership/membership.commands.js';
import { toCanonicalAddress, domainOf } from '../domain/email-address.js';
import { EmailClaims, emailClaimEvent, type EmailClaim } from '../domain/email-claim.js';
import type { UserContext } from '../domain/user.context.js';
import { UserDecider } from '../domain/user.decider.js';
import { userEvent } from '../domain/user.events.js';
import type { ExistingUser, User } from '../domain/user.state.js';
import { appendKeepingAnAdministrator, repeatedUserResult } from './administrators.js';

/** What creating a user needs. */
export interface ClaimDependencies {
  readonly store: EventStore;
  readonly vault: Pick<Vault, 'hmac'>;
  /** How long to wait for another command that has claimed the address to add its user, ms. Not needed for correctness. */
  readonly rivalTimeoutMs?: number;
}

/**
 * Creates a user with an address that no user has, so that there is one user for each address.
 *
 * The stream `email-<hmac>` keeps who claimed the address last. A claim holds while the claimant's stream has the address. If
 * a crash left the claimant without it, the claim is abandoned in the claimant's stream, at the loaded revision, before
 * this command claims. So correctness depends on revisions only, not on time.
 */
export function createUser(
  { store, vault, rivalTimeoutMs = 1_000 }: ClaimDependencies,
  command: AddUser | RegisterUser,
  facts: Pick<UserContext, 'startingRoles'> = {},
): Promise<CommandResult<User>> {
  const { context } = command;
  const rivalTimer = new RivalTimer(rivalTimeoutMs);

  return retryOnConflict(async () => {
    const user = await loadForCommand(store, UserDecider, context);
    if (user.sameCommand)
      return context.account ? repeatedUserResult(store, context, user.sameCommand) : repeatedResult(user.sameCommand);
    if (context.account) checkAccountOpen((await store.load(AccountDecider, context.account)).state);
    const { claim, rival, holder } = await loadClaim({ store, vault }, command);
    const domainOwner = await findDomainOwner(store, domainOf(command.email));
    const events = decide(UserDecider, command, user.state, {
      ...context,
      ...facts,
      ...(domainOwner && { domainOwner }),
      ...holder,
    });

    if (rival && !rival.state.abandonedClaims.includes(claim.state.claim!)) {
      await rivalTimer.waitFor(claim.state.claim!, rival.state);
      await abandonClaim(store, command, claim.state, rival);
    }
    const ours = claim.state.user === context.targetId && !user.state.abandonedClaims.includes(claim.state.claim!);
    if (!ours) await appendClaim(store, command, addressId(vault, command), claim.revision);
    return appendKeepingAnAdministrator(store, command, user.state, propose(UserDecider, user, command, events));
  }, 10_000);
}

/** Returns the id of the address's stream, a keyed hash that discloses nothing. */
const addressId = (vault: ClaimDependencies['vault'], { email }: AddUser | RegisterUser): string =>
  vault.hmac('email', toCanonicalAddress(email));

/** Loads the last claim of the address, the other user who made it, and that user as holder if they have the address. */
async function loadClaim({ store, vault }: ClaimDependencies, command: AddUser | RegisterUser) {
  const claim = await store.load(EmailClaims, addressId(vault, command));
  const { user: id } = claim.state;
  const rival = id !== undefined && id !== command.context.targetId ? await store.load(UserDecider, id) : undefined;
  const has = rival && hasAddress(rival.state, toCanonicalAddress(command.email));
  return { claim, rival, holder: has ? { holder: { id: id!, user: rival.state as ExistingUser } } : {} };
}

/** Returns the user who has this address, if there is one. */
export async function findUserByAddress(
  { store, vault }: ClaimDependencies,
  email: string,
): Promise<{ readonly id: string; readonly user: User } | undefined> {
  const address = toCanonicalAddress(email);
  const { user: id } = (await store.load(EmailClaims, vault.hmac('email', address))).state;
  const user = id === undefined ? undefined : (await store.load(UserDecider, id)).state;
  return user && hasAddress(user, address) ? { id: id!, user } : undefined;
}

/** Checks that this user could be added once the account owns `domains`; appends nothing. Throws what `AddUser` would refuse. */
export async function checkUserCanBeAdded(
  { store, vault }: ClaimDependencies,
  command: AddUser,
  domains: readonly string[],
): Promise<void> {
  const { holder } = await loadClaim({ store, vault }, command);
  const domain = domainOf(command.email);
  const domainOwner = domains.includes(domain) ? command.context.account : await findDomainOwner(store, domain);
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

/** Abandons another user's claim, at the loaded revision of that user. Throws `WrongRevision` on a conflict. */
async function abandonClaim(
  store: EventStore,
  command: AddUser | RegisterUser,
  { user, claim }: EmailClaim,
  rival: Loaded<User>,
): Promise<void> {
  await append(store, command, `${UserDecider.category}-${user}`, rival.revision, {
    ...userEvent('EmailClaimAbandoned', { claim: claim! }),
    subject: { kind: 'user', id: user! },
  });
}

const appendClaim = (
  store: EventStore,
  command: AddUser | RegisterUser,
  address: string,
  revision: number,
): Promise<void> =>
  append(store, command, `${EmailClaims.category}-${address}`, revision, {
    ...emailClaimEvent('EmailClaimed', { user: command.context.targetId }),
    subject: EmailClaims.subject(address),
  });

/** Appends an event that belongs to a command but is not its result: its id is random, so that it is never taken for a repetition. */
async function append(
  store: EventStore,
  { context: { commandId, correlationId, actor, at, tokenId } }: AddUser | RegisterUser,
  stream: string,
  expected: number,
  { type, data, subject }: DomainEvent & { subject: Subject },
): Promise<void> {
  const envelope = {
    correlationId,
    causationId: commandId,
    actor,
    ...(tokenId && { via: tokenId }),
    subject,
    at,
    schema: 1,
  };
  await store.append(stream, expected, [{ id: randomUUID(), type, data, envelope }]);
}

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
