import { nextAttemptTime } from './back-off.js';

const minute = 60_000;

it('MAIL-4: waits twice as long after each attempt, an hour at most, and gives up after a day', () => {
  const waits: number[] = [];
  let now = 0;
  for (let attempts = 1, next: number | undefined = 0; next !== undefined; attempts++) {
    next = nextAttemptTime({ since: 0, attempts }, now);
    if (next !== undefined) waits.push((next - now) / minute);
    now = next ?? now;
  }
  expect(waits.slice(0, 8)).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  expect(now / minute).toBeGreaterThanOrEqual(24 * 60);
  expect(now / minute).toBeLessThan(25 * 60);
});
