import { randomUUID } from 'node:crypto';
import { UnreadableEvent } from '#libs/event-store';
import type { RawEvent } from '../../libs/event-store/src/raw-event.js';
import {
  AddUser,
  addressClaimEvent,
  enterClaims,
  findUnknownClaims,
  findUserByAddress,
  toCanonicalAddress,
} from '#libs/users';
import { createUser } from '../../libs/users/src/workflows/claim-address.js';
import { WorkflowStores, person, withRequest } from '../support/workflow-stores.js';

let stores: WorkflowStores;
let account: string;
beforeEach(async () => {
  stores = await WorkflowStores.open();
  ({ account } = await stores.openAccount(['counted'], ['person.example']));
});
afterEach(() => stores.close());

/** Adds a user with the address `<name>@person.example`; returns the command and the user's id. */
async function addUser(name: string) {
  const key = randomUUID();
  const command = withRequest(new AddUser(person(name)), key, { account });
  await createUser(stores, command);
  return { command, userId: command.context.targetId };
}

const hmacOf = (name: string): string => stores.vault.hmac('email', toCanonicalAddress(person(name).email));
const streamOf = (name: string): Promise<string | undefined> => stores.vault.addresses.find(hmacOf(name));
const claimants = async (stream: string) =>
  (await stores.readStream(stream)).map(({ data }) => (data as { user?: string }).user);
/** Returns an event as text, its bytes as UTF-8. */
const toText = ({ data, metadata, ...rest }: RawEvent): string =>
  [JSON.stringify(rest), ...[data, metadata].map((bytes) => Buffer.from(bytes).toString())].join('\n');

/** Checks the claims in the log, as `log:verify` does. */
async function findUnknown(): Promise<string[]> {
  const log = await Array.fromAsync(stores.store.readRawLog());
  return findUnknownClaims(stores, new Set(log.map(({ streamId }) => streamId.slice('test.'.length))));
}

const changeVault = (sql: string): void => stores.changeVault(sql);

/** Appends a claim to a stream, as another command would. */
async function appendClaim(stream: string, revision: number, data: { user: string; address: string }): Promise<void> {
  const envelope = {
    correlationId: randomUUID(),
    causationId: randomUUID(),
    actor: { id: randomUUID(), kind: 'system' as const },
    subject: { kind: 'address' as const, id: stream.slice('address-'.length) },
    at: new Date().toISOString(),
    schema: 1,
  };
  const event = { id: randomUUID(), ...addressClaimEvent('AddressClaimed', data), envelope };
  await stores.store.append(stream, revision, [event]);
}

describe('a claim of an address', () => {
  it('shows in the log neither the address nor the user nor the command', async () => {
    const { command, userId } = await addUser('grace');
    const stream = (await streamOf('grace'))!;
    expect(await claimants(stream)).toEqual([userId]);
    const log = await Array.fromAsync(stores.store.readRawLog());
    const claim = log.find(({ streamId }) => streamId === `test.${stream}`)!;
    const text = toText(claim);
    const { commandId, correlationId, actor } = command.context;
    for (const secret of [userId, commandId, correlationId, actor.id, account, hmacOf('grace')])
      expect(text).not.toContain(secret);
    // No other event leads to the claim or to the address either.
    const others = log.filter((event) => event !== claim).map(toText);
    for (const secret of [hmacOf('grace'), stream]) expect(others.join()).not.toContain(secret);
  });

  it('ends with the key of its user, and another user may have the address', async () => {
    const { userId } = await addUser('grace');
    const stream = (await streamOf('grace'))!;
    await stores.reopen(() =>
      changeVault(`UPDATE owner_key SET box = NULL, erased_at = '2026-01-01' WHERE owner = 'user:${userId}'`),
    );
    const next = await addUser('grace');
    expect(await claimants(stream)).toEqual([undefined, next.userId]);
    expect(await findUserByAddress(stores, person('grace').email)).toMatchObject({ id: next.userId });
  });
});

describe('claims that the vault does not know', () => {
  it('are entered, so that an address keeps its user', async () => {
    const { userId } = await addUser('grace');
    const stream = await streamOf('grace');
    expect(await findUnknown()).toEqual([]);
    changeVault('DELETE FROM address');
    expect(await findUnknown()).toEqual([stream]);
    expect(await enterClaims(stores)).toEqual([]);
    expect(await streamOf('grace')).toBe(stream);
    expect(await findUnknown()).toEqual([]);
    await expect(addUser('grace')).rejects.toMatchObject({ code: 'user.already-in-account' });
    expect(await findUserByAddress(stores, person('grace').email)).toMatchObject({ id: userId });
  });

  it('are reported if another stream has claims of the same address, and the first in the log is entered', async () => {
    await addUser('grace');
    const first = (await streamOf('grace'))!;
    await appendClaim('address-second', -1, { user: randomUUID(), address: hmacOf('grace') });
    changeVault('DELETE FROM address');
    expect(await enterClaims(stores)).toEqual(['address-second']);
    expect(await streamOf('grace')).toBe(first);
  });

  it('can not be entered if the vault lacks the key of a user', async () => {
    const { userId } = await addUser('grace');
    await stores.reopen(() => changeVault(`DELETE FROM owner_key WHERE owner = 'user:${userId}'`));
    await expect(enterClaims(stores)).rejects.toBeInstanceOf(UnreadableEvent);
    expect(await findUnknown()).toEqual([await streamOf('grace')]);
  });

  it('do not include those of erased users', async () => {
    const { userId } = await addUser('grace');
    await stores.reopen(() =>
      changeVault(`DELETE FROM address;
        UPDATE owner_key SET box = NULL, erased_at = '2026-01-01' WHERE owner = 'user:${userId}'`),
    );
    expect(await enterClaims(stores)).toEqual([]);
    expect(await streamOf('grace')).toBeUndefined();
  });
});

it('the row of an address that was changed by SQL refuses the address to all, and its user is not found by it', async () => {
  await addUser('grace');
  changeVault("UPDATE address SET stream = 'address-other'");
  const tampered = { code: 'log.tampered' };
  expect(await findUnknown()).toHaveLength(1);
  await expect(addUser('grace')).rejects.toMatchObject(tampered);
  expect(await findUserByAddress(stores, person('grace').email)).toBeUndefined();
});
