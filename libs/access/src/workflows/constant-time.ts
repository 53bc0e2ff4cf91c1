import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Hides timing from strangers: pads the duration to the next multiple of `beat` (default 300 ms, not configurable).
 * With `atOnce`, what succeeds does not wait.
 */
export async function constantTime<T>(
  work: () => Promise<T>,
  { skipOnSuccess = false, quantum = 300 } = {},
): Promise<T> {
  const begun = performance.now();
  let succeeded = false;
  try {
    const result = await work();
    succeeded = true;
    return result;
  } finally {
    if (!(succeeded && skipOnSuccess)) await sleep(quantum - ((performance.now() - begun) % quantum));
  }
}
