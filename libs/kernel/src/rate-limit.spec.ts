import { RateLimit } from './rate-limit.js';

let now = 0;
const limit = (options = {}) => new RateLimit({ limit: 3, window: 60_000, now: () => new Date(now), ...options });

test('LOGIN-14: a rate limit lets so many of a key pass in a window, and says when there is room again', () => {
  const calls = limit();
  expect([1, 2, 3, 4].map(() => calls.take('a'))).toEqual([undefined, undefined, undefined, 60]);
  expect(calls.take('b')).toBeUndefined();
  now += 59_001;
  expect(calls.take('a')).toBe(1);
  expect(() => calls.takeOrRefuse('a')).toThrow(
    expect.objectContaining({ code: 'access.throttled', kind: 'throttled', members: { retryAfter: 1 } }),
  );
  now += 999;
  expect(calls.take('a')).toBeUndefined();
});

test('LOGIN-14: many at once are taken together or not at all', () => {
  const calls = limit();
  expect([calls.take('a', 2), calls.take('a', 2), calls.take('a', 1)]).toEqual([undefined, 60, undefined]);
});

test('LOGIN-10: what is given back can be taken again', () => {
  const calls = limit();
  for (let nth = 0; nth < 3; nth++) calls.take('a');
  calls.giveBack('a');
  calls.giveBack('unknown');
  expect([calls.take('a'), calls.take('a')]).toEqual([undefined, 60]);
});

test('LOGIN-14: a rate limit remembers so many keys, and forgets the least recently used first', () => {
  const calls = limit({ limit: 1, maxKeys: 2 });
  for (const key of ['a', 'b', 'c']) calls.take(key);
  expect([calls.take('b'), calls.take('c')]).toEqual([60, 60]);
  expect(calls.take('a')).toBeUndefined();
});

test('LOGIN-14: a clock that is set back by hours shuts nobody out for hours', () => {
  const calls = limit({ limit: 1 });
  calls.take('a');
  now -= 7_200_000;
  expect(calls.take('a')).toBeUndefined();
});
