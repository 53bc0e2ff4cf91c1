import { setTimeout as sleep } from 'node:timers/promises';

/** ◇ What a stranger must not time takes a multiple of this, ms. */
const beat = 300;

/**
 * Runs what a stranger must learn nothing from: whatever it did, it takes the next full beat from its beginning.
 * With `atOnce`, what succeeds does not wait.
 */
export async function evenly<T>(work: () => Promise<T>, { atOnce = false } = {}): Promise<T> {
  const begun = performance.now();
  let succeeded = false;
  try {
    const result = await work();
    succeeded = true;
    return result;
  } finally {
    if (!(succeeded && atOnce)) await sleep(beat - ((performance.now() - begun) % beat));
  }
}
