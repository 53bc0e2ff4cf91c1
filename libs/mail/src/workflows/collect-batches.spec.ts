import { setTimeout as pause } from 'node:timers/promises';
import { collectBatches } from './collect-batches.js';

const never = new AbortController().signal;

it('yields values together that were added in quick succession, and all of them', async () => {
  const batches = collectBatches<number>(async (add) => {
    [1, 2, 3].forEach(add);
    await pause(300);
    add(4);
  }, never);
  expect(await Array.fromAsync(batches)).toEqual([[1, 2, 3], [4]]);
});

it('throws what the producer throws', async () => {
  const batches = collectBatches(() => Promise.reject(new Error('out of order')), never);
  await expect(Array.fromAsync(batches)).rejects.toThrow('out of order');
});

it('yields the added values and ends when the signal is aborted, also if the producer continues', async () => {
  const stopping = new AbortController();
  const batches = collectBatches<number>((add) => {
    add(1);
    setTimeout(() => stopping.abort(), 10);
    return new Promise(() => {});
  }, stopping.signal);
  expect(await Array.fromAsync(batches)).toEqual([[1]]);
});
