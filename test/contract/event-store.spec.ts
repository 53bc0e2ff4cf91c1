import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EventStoreDBClient } from '@eventstore/db-client';
import { firstValueFrom, tap, toArray } from 'rxjs';
import { UnreadableEvent, WrongRevision, toEventId, type ProposedEvent } from '#libs/event-store';
import type { LogItem } from '#libs/kernel';
import { openVault } from '#libs/vault';
import {
  all,
  counted,
  directory,
  envelope,
  eventsOf,
  follow,
  named,
  namespace,
  numberOf,
  numbers,
  propose,
  read,
  store,
  storeOf,
  sum,
  url,
  user,
  vault,
} from './event-store-fixture.js';

describe('a stream', () => {
  it('returns the events that were appended, with their places', async () => {
    const [ann, bob] = [named('Ann'), named('Bob')];
    const { revision, position } = await store.append(`user-${user}`, -1, [ann, bob]);
    const events = await all(store.read(`user-${user}`));
    const idOf = ({ id }: ProposedEvent) => vault.authentication.deriveEventId(id);
    expect(events).toMatchObject([
      { ...ann, id: idOf(ann), stream: `user-${user}`, revision: 0 },
      { ...bob, id: idOf(bob), stream: `user-${user}`, revision: 1, position },
    ]);
    expect(revision).toBe(1);
    expect(events[0]!.position).toBeLessThan(position);
  });

  it('OPS-4: holds no personal data in clear', async () => {
    await store.append('user-1', -1, [named('Ann')]);
    const raw = EventStoreDBClient.connectionString(url);
    const [stored] = await all(raw.readStream(`${namespace}.user-1`));
    await raw.dispose();
    expect(stored!.event).toMatchObject({
      data: { country: 'ES' },
      metadata: { $correlationId: envelope.correlationId, $causationId: envelope.causationId },
    });
    expect(
      JSON.stringify(stored!.event, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    ).not.toMatch(/Ann|because|192\.0\.2/);
  });

  it('is read forwards or backwards, from a revision, up to a count', async () => {
    await store.append('n-1', -1, numbers(0, 4));
    expect(await read('n-1', { fromRevision: 3 })).toEqual([3, 4]);
    expect(await read('n-1', { backwards: true })).toEqual([4, 3, 2, 1, 0]);
    expect(await read('n-1', { backwards: true, fromRevision: 1 })).toEqual([1, 0]);
    expect(await read('n-1', { maxCount: 2 })).toEqual([0, 1]);
    expect(await read('n-1', { maxCount: 0 })).toEqual([]);
    expect(await read('n-2')).toEqual([]);
  });

  it('accepts an append only at its revision', async () => {
    await expect(store.append('n-1', 0, [counted(1)])).rejects.toMatchObject({
      stream: 'n-1',
      expected: 0,
      actual: -1,
    });
    await store.append('n-1', -1, numbers(0, 1));
    await expect(store.append('n-1', -1, [counted(2)])).rejects.toMatchObject({
      stream: 'n-1',
      expected: -1,
      actual: 1,
    });
    await expect(store.append('n-1', 0, [counted(2)])).rejects.toBeInstanceOf(WrongRevision);
    expect(await store.append('n-1', 1, [counted(2)])).toMatchObject({ revision: 2 });
  });

  it('returns the first result for a repeated append', async () => {
    const event = (digest: string): ProposedEvent => ({
      ...counted(1, { digest }),
      id: toEventId({ commandId: 'k', stream: 'n-1', expected: -1, index: 0 }),
    });
    const first = await store.append('n-1', -1, [event('d1')]);
    await store.append('n-1', 0, [counted(2)]);
    expect(await store.append('n-1', -1, [event('d1')])).toEqual(first);
    await expect(store.append('n-1', -1, [event('d2')])).rejects.toBeInstanceOf(WrongRevision);
    expect(await read('n-1')).toEqual([1, 2]);
  });

  it('accepts one of many concurrent appends at the same revision', async () => {
    const answers = await Promise.allSettled(numbers(1, 50).map((event) => store.append('n-1', -1, [event])));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('refuses, before sending it, an append that the server would refuse', async () => {
    await expect(store.append('n-1', -1, [])).rejects.toThrow('an append needs an event');
    await expect(storeOf({ catalogue: { '': {} } }).append('n-1', -1, [propose('', {})])).rejects.toThrow(
      'an event needs a type',
    );
    await expect(store.append('n-1', -1, [propose('Counted', { text: 'x'.repeat(1_048_576) })])).rejects.toThrow(
      /exceeds/,
    );
    expect(
      await store.append('n-1', -1, [
        propose('Counted', { text: 'x'.repeat(1_047_000) }, { reason: undefined, ip: undefined }),
      ]),
    ).toMatchObject({ revision: 0 });
  });
});

describe('loading', () => {
  it('folds a stream, whole or until a time', async () => {
    const at = (minute: number) => ({ at: `2026-01-15T12:0${minute}:00.000Z` });
    const { position } = await store.append('sum-1', -1, [counted(1, at(1)), counted(2, at(2)), counted(4, at(3))]);
    expect(await store.load(sum, '1')).toEqual({ state: 7, revision: 2, position, lastAt: at(3).at });
    expect(await store.load(sum, '1', { until: '2026-01-15T12:02:00Z' })).toMatchObject({ state: 3, revision: 1 });
    expect(await store.load(sum, '2')).toEqual({ state: 0, revision: -1, position: 0 });
  });

  it('finds the state after an earlier command', async () => {
    await store.append('sum-1', -1, [counted(1)]);
    const { position } = await store.append('sum-1', 0, [
      counted(2, { causationId: 'k', digest: 'd' }),
      counted(4, { causationId: 'k', digest: 'd' }),
    ]);
    await store.append('sum-1', 2, [counted(8)]);
    expect(await store.load(sum, '1', { commandId: 'k' })).toMatchObject({
      state: 15,
      revision: 3,
      sameCommand: { state: 7, revision: 2, position, digest: 'd' },
    });
    expect(await store.load(sum, '1', { commandId: 'other' })).not.toHaveProperty('sameCommand');
  });

  it('reads only the newest events of a decider with foldLast, unless it looks for a command or a time', async () => {
    const foldsLast = { ...sum, foldLast: 2 };
    await store.append('sum-1', -1, [counted(1, { causationId: 'k' })]);
    const { position } = await store.append('sum-1', 0, [counted(2), counted(4)]);
    expect(await store.load(foldsLast, '1')).toMatchObject({ state: 6, revision: 2, position });
    expect(await store.load(foldsLast, '1', { commandId: 'k' })).toMatchObject({
      state: 7,
      revision: 2,
      sameCommand: { state: 1 },
    });
    expect(await store.load(foldsLast, '1', { until: envelope.at })).toMatchObject({ state: 7, revision: 2 });
    expect(await store.load(foldsLast, '2')).toEqual({ state: 0, revision: -1, position: 0 });
  });
});

describe('personal data', () => {
  it('OPS-4: is not returned once its owner is erased; the rest of the event is', async () => {
    const [ann, account] = [randomUUID(), randomUUID()];
    await store.append(`user-${ann}`, -1, [
      propose('Named', { name: 'Ann', country: 'ES' }, { subject: { kind: 'user', id: ann }, account }),
    ]);
    const db = new DatabaseSync(join(directory, 'vault.db'));
    db.prepare("UPDATE owner_key SET box = NULL, erased_at = '2026-01-15' WHERE owner = ?").run(`user:${ann}`);
    db.close();
    const later = await openVault({ directory, key: Buffer.alloc(32, 1), create: false });
    const [event] = await all(storeOf({ keys: later }).read(`user-${ann}`));
    expect(event).toMatchObject({ data: { country: 'ES' }, erased: true, envelope: { ip: '192.0.2.1' } });
    expect([event!.data, event!.envelope]).not.toMatchObject([{ name: 'Ann' }, { reason: 'because' }]);
    await later.close();
  });

  it('without its key makes reading and following fail at that event', async () => {
    await store.append('n-1', -1, [counted(1), named('Ann'), counted(2)]);
    const keyless = storeOf({
      keys: {
        findOrCreateKey: (owner) => vault.findOrCreateKey(owner as never),
        findKeys: async () => new Map(),
        hideOwner: (owner) => owner,
        authentication: vault.authentication,
      },
    });
    await expect(all(keyless.read('n-1'))).rejects.toThrow(`Named in n-1@1: the vault has no key of user:${user}`);
    const seen: LogItem[] = [];
    const followed = firstValueFrom(
      follow(undefined, keyless).pipe(
        tap((item) => seen.push(item)),
        toArray(),
      ),
    );
    await expect(followed).rejects.toBeInstanceOf(UnreadableEvent);
    expect(eventsOf(seen).map(numberOf)).toEqual([1]);
  });

  it('of an event of unknown type makes reading fail', async () => {
    await store.append('n-1', -1, [counted(1)]);
    await expect(all(storeOf({ catalogue: {} }).read('n-1'))).rejects.toThrow(
      'Counted in n-1@0: its type is in no catalogue',
    );
  });
});
