import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EventStoreDBClient } from '@eventstore/db-client';
import { handleCommand, type EventStore } from '#libs/event-store';
import { Command, Refusal, withContext, type AnyDecider, type CommandContext, type RefusalCode } from '#libs/kernel';
import { openVault, type Vault } from '#libs/vault';
import { all, directory, namespace, store, storeOf, url, vault } from './event-store-fixture.js';

class Count extends Command<Count> {
  declare readonly n: number;
}

const refusal: RefusalCode = 'user.not-active';

/** Counts up to three in a stream `user-<id>`, and refuses what comes afterwards. */
const counter = {
  category: 'user',
  subject: (id: string) => ({ kind: 'user', id }),
  initial: 0,
  account: () => undefined,
  commands: { Count },
  decide: {
    Count: ({ n }: Count, state: number) => {
      if (state >= 3) throw new Refusal(refusal, 'conflict', 'It has counted enough.');
      return [{ type: 'Counted', data: { n } }];
    },
  },
  evolve: { Counted: (state: number, { n }: { n: number }) => state + n },
} as unknown as AnyDecider;

let userId: string;
let key: string;
beforeEach(async () => {
  userId = randomUUID();
  key = randomUUID();
});

/** Sends a request with the key and this digest; returns its result. */
const send = (n: number, context: Partial<CommandContext>, to: EventStore = store) =>
  handleCommand(
    to,
    counter,
    withContext(new Count({ n }), {
      commandId: key,
      correlationId: randomUUID(),
      actor: { id: randomUUID(), kind: 'operator' },
      at: new Date().toISOString(),
      targetId: userId,
      permissions: [],
      grantable: [],
      mayActOnAdministrators: true,
      ...context,
    }),
  );
const codeOf = (sent: Promise<unknown>): Promise<string> =>
  sent.then(
    () => 'succeeded',
    (error: Refusal) => error.code,
  );

/** Returns a store with a vault from which the keys of these owners were erased. */
async function storeWithout(...owners: string[]): Promise<EventStore> {
  const db = new DatabaseSync(join(directory, 'vault.db'));
  for (const owner of owners)
    db.prepare("UPDATE owner_key SET box = NULL, erased_at = '2026-01-15' WHERE owner = ?").run(owner);
  db.close();
  erased = await openVault({ directory, key: Buffer.alloc(32, 1), create: false });
  return storeOf({ keys: erased });
}
let erased: Vault | undefined;
afterEach(async () => {
  await erased?.close();
  erased = undefined;
});

it('HTTP-2: a repeat with the same digest has the first result, with another one it is refused', async () => {
  const first = await send(1, { digest: '2:one' });
  await send(1, { commandId: randomUUID() });
  expect(await send(1, { digest: '2:one' })).toEqual(first);
  expect(await codeOf(send(2, { digest: '2:other' }))).toBe('idempotency.mismatch');
  expect(await codeOf(send(1, {}))).toBe('idempotency.mismatch');
});

it('HTTP-2: a digest of an earlier build is compared with the one of the same format', async () => {
  const first = await send(1, { digest: 'one' });
  expect(await send(1, { digest: '2:one', earlierDigest: 'one' })).toEqual(first);
  expect(await codeOf(send(2, { digest: '2:other', earlierDigest: 'other' }))).toBe('idempotency.mismatch');
});

it('HTTP-2: a command without a digest is no repetition of one with the digest of an earlier build', async () => {
  await send(1, {});
  expect(await codeOf(send(1, { digest: '2:one', earlierDigest: 'one' }))).toBe('idempotency.mismatch');
  expect(await codeOf(send(1, { digest: '2:one' }))).toBe('idempotency.mismatch');
});

it('HTTP-2: of two requests at the same time with one key and two bodies, one is refused', async () => {
  const codes = await Promise.all([codeOf(send(1, { digest: '2:one' })), codeOf(send(1, { digest: '2:other' }))]);
  expect(codes.toSorted()).toEqual(['idempotency.mismatch', 'succeeded']);
});

it('OPS-4: the digest is stored in a sealed box only', async () => {
  await send(1, { digest: '2:one', earlierDigest: 'earlier' });
  const raw = EventStoreDBClient.connectionString(url);
  const [stored] = await all(raw.readStream(`${namespace}.user-${userId}`));
  await raw.dispose();
  const metadata = stored!.event!.metadata as { sealed: object };
  expect(metadata).toMatchObject({ sealed: { subject: { owner: `user:${userId}` } } });
  expect(JSON.stringify(metadata)).not.toMatch(/2:one|earlier|digest/);
});

describe('for an erased subject', () => {
  it('a repeat is decided again, whatever its body', async () => {
    await send(3, { digest: '2:one' });
    const later = await storeWithout(`user:${userId}`);
    expect(await codeOf(send(3, { digest: '2:one' }, later))).toBe(refusal);
    expect(await codeOf(send(3, { digest: '2:other' }, later))).toBe(refusal);
    // As a key that was never used.
    expect(await codeOf(send(3, { digest: '2:one', commandId: randomUUID() }, later))).toBe(refusal);
  });

  it('a repeat with If-Match is compared with the revision of today', async () => {
    await send(3, { digest: '2:one', expectedRevision: -1 });
    expect(await codeOf(send(3, { digest: '2:one', expectedRevision: -1 }))).toBe('succeeded');
    const later = await storeWithout(`user:${userId}`);
    expect(await codeOf(send(3, { digest: '2:one', expectedRevision: -1 }, later))).toBe('revision.stale');
  });

  it('nothing is appended with a digest that can not be sealed', async () => {
    await send(1, { digest: '2:one' });
    const later = await storeWithout(`user:${userId}`);
    await expect(send(1, { digest: '2:one' }, later)).rejects.toThrow(`user:${userId} is erased`);
    expect((await all(later.read(`user-${userId}`))).length).toBe(1);
  });
});

it('a refused command creates no key', async () => {
  const findKey = async (user: string) => (await vault.findKeys([`user:${user}`])).get(`user:${user}`);
  await send(3, {});
  expect(await codeOf(send(1, { digest: '2:one', commandId: randomUUID() }))).toBe(refusal);
  expect(await findKey(userId)).toBeUndefined();
  userId = randomUUID();
  await send(1, { digest: '2:one' });
  expect(await findKey(userId)).toBeInstanceOf(Buffer);
});
