import { randomUUID } from 'node:crypto';
import { UnreadableEvent, unlessTampered, type EventStore, type Loaded } from '#libs/event-store';
import { systemActor, type DomainEvent, type Recorded, type Subject } from '#libs/kernel';
import type { Vault } from '#libs/vault';
import {
  AddressClaims,
  EmailClaims,
  addressClaimEvent,
  type AddressClaim,
  type AddressClaimEvent,
} from '../domain/address-claim.js';
import { toCanonicalAddress } from '../domain/email-address.js';
import { userEvent } from '../domain/user.events.js';

/** What finding the claims of an address needs. */
export interface AddressDependencies {
  readonly store: EventStore;
  readonly vault: Pick<Vault, 'hmac' | 'addresses'>;
}

/** What claiming an address needs. */
export interface AddressClaimDependencies extends AddressDependencies {
  readonly vault: Pick<Vault, 'hmac' | 'addresses' | 'findOrCreateKey'>;
}

/** The newest claim of an address. */
export interface LoadedClaim extends Loaded<AddressClaim> {
  /** The vault's keyed hash of the address. */
  readonly address: string;
  /** The stream of its claims; absent for an address that was never claimed. */
  readonly stream?: string;
}

/** How many claims {@link enterClaims} writes to the vault in one transaction. */
const MAX_BATCH = 1_000;

/** Loads the newest claim of an address. */
export async function loadClaim({ store, vault }: AddressDependencies, email: string): Promise<LoadedClaim> {
  const address = vault.hmac('email', toCanonicalAddress(email));
  const stream = await vault.addresses.find(address);
  // A stream that does not exist is read for an unknown address, so that an event store that is away answers the same for all.
  const { decider, id } = splitStream(stream ?? `${AddressClaims.category}-${address}`);
  return { address, ...(stream !== undefined && { stream }), ...(await store.load(decider, id)) };
}

/**
 * Claims an address for a user. Where the address has no stream yet, it gets one with a random name, which is on disk before
 * the claim is appended.
 * @throws WrongRevision if another claim was made since the address was loaded
 */
export async function appendClaim(
  { store, vault }: AddressClaimDependencies,
  user: string,
  { address, stream: loaded, revision }: LoadedClaim,
  at: string,
): Promise<void> {
  const [stream] = await Promise.all([
    loaded ?? vault.addresses.findOrAdd(address, `${AddressClaims.category}-${randomUUID()}`),
    // The claim is sealed with it. Asked for here, it is written in the same transaction.
    vault.findOrCreateKey(`user:${user}`),
  ]);
  const { decider, id } = splitStream(stream);
  await append(
    store,
    stream,
    revision,
    addressClaimEvent('AddressClaimed', { user, address }),
    decider.subject(id),
    at,
  );
}

/** Voids the claim of a user who does not have the address, in that user's stream. Throws `WrongRevision` on a conflict. */
export async function abandonClaim(
  store: EventStore,
  { user, claim }: Required<AddressClaim>,
  revision: number,
  at: string,
): Promise<void> {
  const event = userEvent('EmailClaimAbandoned', { claim });
  await append(store, `user-${user}`, revision, event, { kind: 'user', id: user }, at);
}

/**
 * Appends an event that belongs to a command but is not its result. Nothing in it leads to the command: neither its ids, so
 * that it is never taken for a repetition, nor its actor.
 */
async function append(
  store: EventStore,
  stream: string,
  expected: number,
  { type, data }: DomainEvent,
  subject: Subject,
  at: string,
): Promise<void> {
  const envelope = {
    correlationId: randomUUID(),
    causationId: randomUUID(),
    actor: systemActor,
    subject,
    at,
    schema: 1,
  };
  await store.append(stream, expected, [{ id: randomUUID(), type, data, envelope }]);
}

/**
 * Enters the claims in the log that the vault may not know into its table of addresses: those of earlier builds, and those
 * since a backup from which the vault was restored. Must have ended before the first claim and before the witness starts.
 * @returns the streams of claims of addresses for which another stream was entered first
 * @throws UnreadableEvent if the vault lacks the key of a claim: then it is older than the log
 */
export async function enterClaims({ store, vault: { addresses } }: AddressDependencies): Promise<string[]> {
  const second = new Set<string>();
  let batch: ClaimInLog[] = [];
  const enterBatch = async (): Promise<void> => {
    const entered = batch.map(async ({ address, stream }) => {
      if ((await addresses.findOrAdd(address, stream)) !== stream) second.add(stream);
    });
    batch = [];
    await Promise.all(entered);
  };
  for await (const claim of readClaims(store, addresses.enteredUntil)) {
    batch.push(claim);
    if (batch.length === MAX_BATCH) await enterBatch();
  }
  await enterBatch();
  await addresses.markEntered();
  return [...second];
}

/**
 * Returns those of some streams with a claim that cannot be read, or of an address for which the vault has no row or names another
 * stream. Other streams and tampered ones are left out.
 */
export async function findUnknownClaims(
  { store, vault: { addresses } }: AddressDependencies,
  streams: Iterable<string>,
): Promise<string[]> {
  const isUnknown = async ({ address, stream }: ClaimInLog): Promise<boolean> =>
    (await unlessTampered(addresses.find(address), undefined)) !== stream;
  const unknown: string[] = [];
  for (const stream of streams) {
    if (!claimCategories.some((category) => stream.startsWith(`${category}-`))) continue;
    try {
      const claims = await unlessTampered(Array.fromAsync(store.read(stream)), []);
      for (const claim of claims.flatMap((event) => toClaimInLog(event) ?? []))
        if (!unknown.includes(stream) && (await isUnknown(claim))) unknown.push(stream);
    } catch (error) {
      if (!(error instanceof UnreadableEvent)) throw error;
      unknown.push(stream);
    }
  }
  return unknown;
}

const claimCategories = [AddressClaims.category, EmailClaims.category];

interface ClaimInLog {
  /** The keyed hash of the address. */
  readonly address: string;
  readonly stream: string;
}

/** Reads the claims in the log from a position on; -1: all. Those of erased users are left out: their address is not known. */
async function* readClaims(store: EventStore, from: number): AsyncGenerator<ClaimInLog> {
  for await (const event of store.readAll({ categories: claimCategories, ...(from >= 0 && { from }) })) {
    const claim = toClaimInLog(event);
    if (claim) yield claim;
  }
}

/** Returns what was claimed; undefined if the user was erased. */
function toClaimInLog({ type, data, stream }: Recorded): ClaimInLog | undefined {
  const address =
    type === 'EmailClaimed' ? splitStream(stream).id : (data as Partial<AddressClaimEvent['data']>).address;
  return address === undefined ? undefined : { address, stream };
}

function splitStream(stream: string): { decider: typeof AddressClaims | typeof EmailClaims; id: string } {
  const separator = stream.indexOf('-');
  const decider = stream.slice(0, separator) === EmailClaims.category ? EmailClaims : AddressClaims;
  return { decider, id: stream.slice(separator + 1) };
}
