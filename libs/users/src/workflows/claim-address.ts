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
import { canonicalAddress, domainOf } from '../domain/email-address.js';
import { EmailClaims, emailClaimEvent, type EmailClaim } from '../domain/email-claim.js';
import type { UserContext } from '../domain/user.context.js';
import { UserDecider } from '../domain/user.decider.js';
import { userEvent } from '../domain/user.events.js';
import type { ExistingUser, User } from '../domain/user.state.js';
import { appendKeepingAnAdministrator, repeatedUserResult } from './administrators.js';

export interface ClaimDependencies {
  readonly store: EventStore;
  readonly vault: Pick<Vault, 'hmac'>;
  /** How long a rival may take to make a claim good before it is voided, ms. Courtesy, not correctness. */
  readonly courtesy?: number;
}

/**
 * Makes a user with an address that nobody has: one user per address, without races or clocks.
 *
 * `email-<hmac>` says who claimed last. A claim holds while its claimant's stream carries the address; one that was not
 * made good is voided in the claimant's own stream, at the exact revision read, before a rival claims.
 */
export function createUser(
  { store, vault, courtesy = 1_000 }: ClaimDependencies,
  command: AddUser | RegisterUser,
  facts: Pick<UserContext, 'startingRoles'> = {},
): Promise<CommandResult<User>> {
  const { context } = command;
  const patience = new Patience(courtesy);

  return retryOnConflict(async () => {
    const user = await loadForCommand(store, UserDecider, context);
    if (user.sameCommand)
      return context.account ? repeatedUserResult(store, context, user.sameCommand) : repeatedResult(user.sameCommand);
    if (context.account) checkAccountOpen((await store.load(AccountDecider, context.account)).state);
    const { claim, rival, holder } = await lookUp({ store, vault }, command);
    const domainOwner = await findDomainOwner(store, domainOf(command.email));
    const events = decide(UserDecider, command, user.state, {
      ...context,
      ...facts,
      ...(domainOwner && { domainOwner }),
      ...holder,
    });

    if (rival && !rival.state.abandonedClaims.includes(claim.state.claim!)) {
      await patience.with(claim.state.claim!, rival.state);
      await abandon(store, command, claim.state, rival);
    }
    const ours = claim.state.user === context.targetId && !user.state.abandonedClaims.includes(claim.state.claim!);
    if (!ours) await claimFor(store, command, addressId(vault, command), claim.revision);
    return appendKeepingAnAdministrator(store, command, user.state, propose(UserDecider, user, command, events));
  }, 10_000);
}

/** The address as the name of its stream, disclosing nothing. */
const addressId = (vault: ClaimDependencies['vault'], { email }: AddUser | RegisterUser): string =>
  vault.hmac('email', canonicalAddress(email));

/** Who claimed the address last, and who has it. */
async function lookUp({ store, vault }: ClaimDependencies, command: AddUser | RegisterUser) {
  const claim = await store.load(EmailClaims, addressId(vault, command));
  const { user: id } = claim.state;
  const rival = id !== undefined && id !== command.context.targetId ? await store.load(UserDecider, id) : undefined;
  const has = rival && carries(rival.state, canonicalAddress(command.email));
  return { claim, rival, holder: has ? { holder: { id: id!, user: rival.state as ExistingUser } } : {} };
}

/** Who has an address. */
export async function findByAddress(
  { store, vault }: ClaimDependencies,
  email: string,
): Promise<{ readonly id: string; readonly user: User } | undefined> {
  const address = canonicalAddress(email);
  const { user: id } = (await store.load(EmailClaims, vault.hmac('email', address))).state;
  const user = id === undefined ? undefined : (await store.load(UserDecider, id)).state;
  return user && carries(user, address) ? { id: id!, user } : undefined;
}

/** Refuses what adding this user would refuse, before anything is written; `domains` are about to be the account's own. */
export async function checkFree(
  { store, vault }: ClaimDependencies,
  command: AddUser,
  domains: readonly string[],
): Promise<void> {
  const { holder } = await lookUp({ store, vault }, command);
  const domain = domainOf(command.email);
  const domainOwner = domains.includes(domain) ? command.context.account : await findDomainOwner(store, domain);
  decide(UserDecider, command, UserDecider.initial, {
    ...command.context,
    ...(domainOwner && { domainOwner }),
    ...holder,
  });
}

const carries = (user: User, address: string): boolean =>
  user.status !== 'absent' && canonicalAddress(user.email) === address;

/** Voids a rival's claim, at the exact revision read: if anything has happened there, we look again. */
async function abandon(
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

const claimFor = (
  store: EventStore,
  command: AddUser | RegisterUser,
  address: string,
  revision: number,
): Promise<void> =>
  append(store, command, `${EmailClaims.category}-${address}`, revision, {
    ...emailClaimEvent('EmailClaimed', { user: command.context.targetId }),
    subject: EmailClaims.subject(address),
  });

/** These two are no commands' answers: their ids are fresh, so that a repeat is never taken for the first. */
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

/** Gives each claim a moment to be made good; one that once was, and is no longer, gets none. */
class Patience {
  private claim: string | undefined;
  private since = 0;

  constructor(private readonly courtesy: number) {}

  /** Throws `WrongRevision` while the claim's moment lasts: look again. */
  async with(claim: string, claimant: User): Promise<void> {
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
