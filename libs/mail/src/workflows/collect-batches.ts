import { setTimeout as pause } from 'node:timers/promises';

/** How long values are collected before they are saved together, ms. */
const batchWindowMs = 100;

/**
 * Runs `produce` and yields the values that it adds, in batches: all values of 100 ms at a time. Ends when `produce` has
 * resolved or `signal` is aborted, and throws if `produce` rejects. It does not stop `produce`.
 */
export async function* collectBatches<T>(
  produce: (add: (value: T) => void) => Promise<unknown>,
  signal: AbortSignal,
): AsyncGenerator<T[]> {
  const collected: T[] = [];
  const producing = produce((value) => void collected.push(value)).then(() => true);
  // If the caller stops iterating, `producing` is not awaited any more.
  producing.catch(() => {});
  for (let isDone = false; !isDone && !signal.aborted;) {
    isDone = await Promise.race([producing, pause(batchWindowMs, false)]);
    if (collected.length > 0) yield collected.splice(0);
  }
}
