import { setImmediate, setTimeout as pause } from 'node:timers/promises';
import { collectReady } from './collect-ready.js';

describe('collectReady', () => {
  it('collects the items that are ready, and does not wait for more', async () => {
    async function* source() {
      yield* [1, 2, 3];
      await pause(20);
      yield* [4, 5];
    }
    expect(await Array.fromAsync(collectReady(source(), 10))).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });

  it('makes no page longer than the limit', async () => {
    async function* source() {
      yield* [1, 2, 3, 4, 5];
    }
    expect(await Array.fromAsync(collectReady(source(), 2))).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('throws an error after the items before it', async () => {
    async function* source() {
      yield* [1, 2];
      throw new Error('broken');
    }
    const seen: number[][] = [];
    const collecting = (async () => {
      for await (const page of collectReady(source(), 10)) seen.push(page);
    })();
    await expect(collecting).rejects.toThrow('broken');
    expect(seen).toEqual([[1, 2]]);
  });

  it('ends its source if the reader stops early, but does not wait for an item that never comes', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let hasEnded = false;
    async function* source() {
      try {
        yield 1;
        await promise;
        yield 2;
      } finally {
        hasEnded = true;
      }
    }
    for await (const page of collectReady(source(), 10)) {
      expect(page).toEqual([1]);
      break;
    }
    expect(hasEnded).toBe(false);
    resolve();
    await setImmediate();
    expect(hasEnded).toBe(true);
  });
});
