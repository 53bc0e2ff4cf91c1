import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryRateLimits, Refusal } from '#libs/kernel';
import { PasswordChecks, type PasswordAttempt } from './password-checks.js';

const wrong = () => new Refusal('login.failed', 'unauthenticated', 'wrong');
let now = new Date('2026-01-15T12:00:00.000Z');
const checksOf = (concurrency = 2) =>
  new PasswordChecks({ concurrency, limits: new MemoryRateLimits(() => now), sleep });
const attempt = (fields: Partial<PasswordAttempt> = {}): PasswordAttempt => ({
  source: randomUUID(),
  address: 'ann@acme.example',
  knownDevice: false,
  ...fields,
});

/** A comparison that ends when the test says so. */
function comparison() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const state = { begun: false };
  const compare = () => {
    state.begun = true;
    return promise;
  };
  return { compare, state, pass: () => resolve('right'), fail: () => reject(wrong()) };
}

/** How each ended: its code, or `right`. */
const outcomes = async (tries: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(tries)).map((result) =>
    result.status === 'fulfilled' ? 'right' : ((result.reason as Refusal).code ?? 'error'),
  );
/** All that can go on without anything new. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('LOGIN-9: one check at a time per address; eleven wait, more are throttled', async () => {
  const checks = checksOf();
  const all = Array.from({ length: 14 }, comparison);
  const tries = all.map(({ compare }) => checks.check(attempt(), compare));
  const ended = outcomes(tries);
  await settled();
  expect(all.map(({ state }) => state.begun)).toEqual([true, ...Array<boolean>(13).fill(false)]);
  for (const { pass } of all) pass();
  expect(await ended).toEqual([...Array<string>(12).fill('right'), 'access.throttled', 'access.throttled']);
  await expect(tries.at(-1)).rejects.toMatchObject({ kind: 'throttled', members: { retryAfter: expect.any(Number) } });
});

test('LOGIN-9: an address with too many checks takes no more until those that wait are done', async () => {
  const checks = checksOf();
  const [first, last] = [comparison(), comparison()];
  const tries = [
    checks.check(attempt(), first.compare),
    ...Array.from({ length: 10 }, () => checks.check(attempt(), async () => 'right')),
    checks.check(attempt(), last.compare),
  ];
  const ended = outcomes(tries);
  expect(await outcomes([checks.check(attempt(), async () => 'right')])).toEqual(['access.throttled']);
  first.pass();
  await Promise.all(tries.slice(0, 11));
  expect(await outcomes([checks.check(attempt(), async () => 'right')])).toEqual(['access.throttled']);
  last.pass();
  await ended;
  expect(await checks.check(attempt(), async () => 'right')).toBe('right');
});

test('LOGIN-9: a known device has a place of its own, and other addresses are not held up', async () => {
  const checks = checksOf(4);
  const [stranger, device, other] = [comparison(), comparison(), comparison()];
  const crowd = Array.from({ length: 11 }, () => checks.check(attempt(), async () => 'right'));
  const tries = [
    checks.check(attempt(), stranger.compare),
    checks.check(attempt({ knownDevice: true }), device.compare),
    checks.check(attempt({ address: 'bob@acme.example' }), other.compare),
  ];
  await Promise.all(crowd);
  device.pass();
  other.pass();
  expect(await Promise.all(tries.slice(1))).toEqual(['right', 'right']);
  stranger.pass();
  await tries[0];
});

test('LOGIN-9: over all addresses 200 checks may be under way, and as many from known devices', async () => {
  const checks = checksOf();
  const all = Array.from({ length: 202 }, comparison);
  const ended = outcomes(all.map(({ compare }, nth) => checks.check(attempt({ address: `user-${nth}` }), compare)));
  const device = checks.check(attempt({ knownDevice: true }), async () => 'right');
  for (const { pass } of all) pass();
  expect(await ended).toEqual([...Array<string>(200).fill('right'), 'access.throttled', 'access.throttled']);
  expect(await device).toBe('right');
});

test('LOGIN-11: a source with 20 failures shares one lane, one at a time, that is behind all other sources', async () => {
  const checks = checksOf(1);
  const source = 'limited';
  await outcomes(
    Array.from({ length: 20 }, (_, nth) =>
      checks.check(attempt({ source, address: `nobody-${nth}` }), () => Promise.reject(wrong())),
    ),
  );
  const [running, limited, limitedToo, elsewhere] = [comparison(), comparison(), comparison(), comparison()];
  const tries = [
    checks.check(attempt({ address: 'first' }), running.compare),
    checks.check(attempt({ source, address: 'second' }), limited.compare),
    checks.check(attempt({ source, address: 'third' }), limitedToo.compare),
    checks.check(attempt({ address: 'fourth' }), elsewhere.compare),
  ];
  await settled();
  running.pass();
  await tries[0];
  await settled();
  expect([limited, limitedToo, elsewhere].map(({ state }) => state.begun)).toEqual([false, false, true]);
  elsewhere.pass();
  await tries[3];
  await settled();
  expect([limited, limitedToo].map(({ state }) => state.begun)).toEqual([true, false]);
  limited.pass();
  limitedToo.pass();
  expect(await Promise.all(tries)).toEqual(Array<string>(4).fill('right'));
});

test('LOGIN-11: the lane of limited sources is bounded; a known device passes beside it', async () => {
  const checks = checksOf();
  const source = 'limited';
  await outcomes(
    Array.from({ length: 20 }, (_, nth) =>
      checks.check(attempt({ source, address: `nobody-${nth}` }), () => Promise.reject(wrong())),
    ),
  );
  const all = Array.from({ length: 23 }, comparison);
  const ended = outcomes(
    all.map(({ compare }, nth) => checks.check(attempt({ source, address: `anybody-${nth}` }), compare)),
  );
  expect(await checks.check(attempt({ source, knownDevice: true }), async () => 'right')).toBe('right');
  expect(all.map(({ state }) => state.begun)).toEqual([true, ...Array<boolean>(22).fill(false)]);
  for (const { pass } of all) pass();
  expect(await ended).toEqual([...Array<string>(21).fill('right'), 'access.throttled', 'access.throttled']);
  now = new Date(now.getTime() + 60_000);
  const free = comparison();
  const again = [
    checks.check(attempt({ source }), free.compare),
    checks.check(attempt({ source, address: 'b' }), async () => 'right'),
  ];
  expect(await again[1]).toBe('right');
  free.pass();
  await again[0];
});

test('LOGIN-10: an attempt counts as failed until it has been decided, and no longer if it was not wrong', async () => {
  const checks = checksOf(30);
  const source = 'busy';
  const undecided = Array.from({ length: 20 }, comparison);
  const tries = undecided.map(({ compare }, nth) => checks.check(attempt({ source, address: `a${nth}` }), compare));
  const [one, two] = [comparison(), comparison()];
  const beyond = [
    checks.check(attempt({ source, address: 'b1' }), one.compare),
    checks.check(attempt({ source, address: 'b2' }), two.compare),
  ];
  await settled();
  expect([one.state.begun, two.state.begun]).toEqual([true, false]);
  for (const { pass } of undecided) pass();
  await Promise.all(tries);
  const free = comparison();
  const next = checks.check(attempt({ source, address: 'c' }), free.compare);
  await settled();
  expect(free.state.begun).toBe(true);
  for (const { pass } of [one, two, free]) pass();
  await Promise.all([...beyond, next]);
});
