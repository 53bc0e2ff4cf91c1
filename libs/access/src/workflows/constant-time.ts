/** Waits for `ms`, as the server's `Clock` does. */
export type Sleep = (ms: number) => Promise<void>;

/**
 * Runs `work` and hides how long it took: pads the duration to the next multiple of `quantum` ms (constant, 300 by
 * default). With `skipOnSuccess`, only failures are padded.
 */
export async function constantTime<T>(
  sleep: Sleep,
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
