import type { Lock } from '#libs/users';
import { DeviceChecks } from './device-checks.js';

const at = '2026-01-15T12:00:00.000Z';
const lock: Lock = { cause: 'failedLogins', revision: 7, until: '2026-01-15T12:15:00.000Z' };
const taken = (checks: DeviceChecks, device: string, during = lock, times = 7) =>
  Array.from({ length: times }, () => checks.takeCheck(device, during, at)).filter(Boolean).length;

test('LOGIN-7: a known browser has five checks while a lock lasts, and five more in the next', () => {
  const checks = new DeviceChecks();
  expect(taken(checks, 'one')).toBe(5);
  expect(taken(checks, 'two')).toBe(5);
  expect(taken(checks, 'one')).toBe(0);
  expect(taken(checks, 'one', { ...lock, revision: 9, until: '2026-01-15T12:30:00.000Z' })).toBe(5);
});
