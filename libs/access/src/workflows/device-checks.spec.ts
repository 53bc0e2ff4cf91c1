import { MemoryRateLimits } from '#libs/kernel';
import type { Lock } from '#libs/users';
import { DeviceChecks } from './device-checks.js';

const at = '2026-01-15T12:00:00.000Z';
const lock: Lock = { cause: 'failedLogins', revision: 7, until: '2026-01-15T12:15:00.000Z' };

/** Returns how many of seven checks a browser is given. */
async function countTaken(checks: DeviceChecks, device: string, during = lock): Promise<number> {
  let count = 0;
  for (let nth = 0; nth < 7; nth++) if (await checks.takeCheck(device, during)) count++;
  return count;
}

test('LOGIN-7: a known browser has five checks while a lock lasts, and five more in the next', async () => {
  const checks = new DeviceChecks(new MemoryRateLimits(() => new Date(at)));
  expect(await countTaken(checks, 'one')).toBe(5);
  expect(await countTaken(checks, 'two')).toBe(5);
  expect(await countTaken(checks, 'one')).toBe(0);
  expect(await countTaken(checks, 'one', { ...lock, revision: 9, until: '2026-01-15T12:30:00.000Z' })).toBe(5);
});
