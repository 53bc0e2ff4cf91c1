import { createSecretKey } from 'node:crypto';
import { assert, integer, property } from 'fast-check';
import {
  authenticate,
  isSigned,
  jsonContentType,
  signMetadata,
  type AuthenticationKeys,
  type Generation,
} from './authentication.js';
import type { RawEvent } from './raw-event.js';

const generation = (number: number, after: number, last?: number): Generation => ({
  number,
  key: createSecretKey(Buffer.alloc(32, number)),
  after,
  last,
});
const generations = [generation(1, -1, 100), generation(2, 100)];
const keys: AuthenticationKeys = {
  current: generations[1]!,
  find: (number) => generations[number - 1],
  unsignedUntil: 10,
  deriveEventId: (id) => id,
};
const event = {
  stream: 'user-1',
  revision: 4,
  id: '99999999-9999-4999-8999-999999999999',
  type: 'Named',
  contentType: jsonContentType,
  data: Buffer.from('{"name":"Ann"}'),
};
/** Returns the event as stored at a position, signed in a generation. */
const stored = (signed = generations[1]!, position = 200): RawEvent => ({
  ...event,
  streamId: 'rollbook.user-1',
  position,
  metadata: signMetadata(event, { at: '2026-01-15T12:00:00.000Z' }, 3, signed),
});
const check = (raw: RawEvent, stream = 'user-1') => authenticate(stream, raw, keys);

it('an event is authentic as it was signed, and names the authentic event before it', () => {
  expect(check(stored())).toEqual({ previous: 3 });
});

// The MAC was computed by another program, Python's hmac.
it('the signature has a form that later builds must still read', () => {
  expect(Buffer.from(stored().metadata).toString()).toBe(
    '{"at":"2026-01-15T12:00:00.000Z","generation":2,"previous":3,"mac":"lqWiNDWszZsSrvHaZfp0MWDiUxVBhxsr7cGIoVxlOYg"}',
  );
});

it.each<[string, Partial<RawEvent>]>([
  ['at another revision', { revision: 5 }],
  ['under another id', { id: '99999999-9999-4999-8999-999999999998' }],
  ['under another type', { type: 'Renamed' }],
  ['with another content type', { contentType: 'application/octet-stream' }],
  ['with other data', { data: Buffer.from('{"name":"Eve"}') }],
  ['without metadata', { metadata: new Uint8Array() }],
])('an event is not authentic %s', (_, change) => {
  expect(check({ ...stored(), ...change })).toBeUndefined();
});

it('an event is not authentic in another stream', () => {
  expect(check(stored(), 'user-2')).toBeUndefined();
});

it('an event is not authentic once any byte of its metadata was changed', () => {
  const { metadata } = stored();
  assert(
    property(integer({ min: 0, max: metadata.length - 1 }), integer({ min: 1, max: 255 }), (index, change) => {
      const changed = Uint8Array.from(metadata);
      changed[index]! ^= change;
      expect(check({ ...stored(), metadata: changed })).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});

it('a generation is valid in its part of the log only', () => {
  expect(check(stored(generations[0], 100))).toEqual({ previous: 3 });
  expect(check(stored(generations[0], 101))).toBeUndefined();
  expect(check(stored(generations[1], 100))).toBeUndefined();
  expect(check(stored(generation(3, 0), 200))).toBeUndefined();
});

it('an event without a MAC is authentic up to the take-over only', () => {
  const unsigned = { ...stored(), metadata: Buffer.from('{"at":"2026-01-15T12:00:00.000Z"}') };
  expect(isSigned(unsigned)).toBe(false);
  expect(check({ ...unsigned, position: 10 })).toEqual({ previous: undefined });
  expect(check({ ...unsigned, position: 11 })).toBeUndefined();
  // An event that carries a MAC has to have the right one, wherever it lies.
  expect(check({ ...stored(generation(3, 0)), position: 5 })).toBeUndefined();
});
