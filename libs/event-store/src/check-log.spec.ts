import { createSecretKey } from 'node:crypto';
import type { AcceptedStream } from './accepted-stream.js';
import { jsonContentType, signMetadata, type AuthenticationKeys } from './authentication.js';
import { LogCheck, type LogReport } from './check-log.js';
import type { RawEvent } from './raw-event.js';
import { advance, type WitnessState } from './witness.js';

const current = { number: 1, key: createSecretKey(Buffer.alloc(32, 1)), after: -1 };
const keys: AuthenticationKeys = {
  current,
  find: (number) => (number === 1 ? current : undefined),
  unsignedUntil: 0,
  deriveEventId: (id) => id,
};

const id = '99999999-9999-4999-8999-999999999999';

/** Returns an authentic event; `previous` is the newest authentic revision before it. */
function event(position: number, stream: string, revision: number, previous = revision - 1): RawEvent {
  const covered = { stream, revision, id, type: 'Named', contentType: jsonContentType, data: Buffer.from('{}') };
  return {
    ...covered,
    streamId: `rollbook.${stream}`,
    position,
    metadata: signMetadata(covered, { schema: 1 }, previous, current),
  };
}

/** Returns an event without a MAC. */
const foreign = (position: number, stream: string, revision: number): RawEvent => ({
  ...event(position, stream, revision),
  metadata: Buffer.from('{}'),
});

const unseen: WitnessState = { position: -1, events: 0, digest: '', lastEvent: '' };

/** Returns what a witness has noted of these events. */
const witnessOf = (events: readonly RawEvent[]): WitnessState =>
  events.reduce((state, seen) => advance(state, { event: seen, isAuthentic: seen.metadata.length > 10 }), unseen);

function check(
  events: readonly RawEvent[],
  {
    state = unseen,
    listed = [],
    changed = [],
    accepted = {},
    acknowledgedUntil = -1,
  }: {
    state?: WitnessState;
    listed?: string[];
    changed?: string[];
    accepted?: Record<string, AcceptedStream>;
    acknowledgedUntil?: number;
  } = {},
): LogReport {
  const witness = {
    state,
    isForeign: (stream: string, revision: number) => listed.includes(`${stream}@${revision}`),
    acknowledgedUntil,
    findAccepted: (stream: string) => accepted[stream],
  };
  const checked = new LogCheck({ namespace: 'rollbook', keys, witness });
  for (const each of events) checked.add(each);
  return checked.finish(changed);
}

const log = [event(1, 'a', 0), event(2, 'b', 0), event(3, 'a', 1), event(4, 'b', 1), event(5, 'c', 0)];

it('finds nothing in a log as the witness has seen it, and counts the events that it has not seen', () => {
  expect(check(log, { state: witnessOf(log.slice(0, 3)) })).toEqual({
    authentic: 5,
    unwitnessed: 2,
    end: 5,
    tampered: new Map(),
    foreign: new Map(),
    acknowledged: 0,
    problems: [],
    digestAgrees: true,
    witnessed: witnessOf(log.slice(0, 3)),
  });
});

it.each<[string, readonly RawEvent[], RegExp]>([
  ['the last event of a stream is missing', log.filter(({ position }) => position !== 3), /has 4 authentic events/],
  ['a whole stream is missing', log.filter(({ streamId }) => streamId !== 'rollbook.b'), /has 3 authentic events/],
  ['the end was cut off', log.slice(0, 3), /does not hold the event at position 5/],
  ['the last event is another one', [...log.slice(0, 4), event(5, 'd', 0)], /does not hold the event at position 5/],
  [
    'two events are in another order',
    [log[0]!, log[1]!, { ...log[3]!, position: 3 }, { ...log[2]!, position: 4 }, log[4]!],
    /are not those .* or are in another order/,
  ],
])('finds by the digest that %s', (_, events, problem) => {
  const report = check(events, { state: witnessOf(log) });
  expect(report).toMatchObject({ problems: [expect.stringMatching(problem)], digestAgrees: false });
});

it('finds that positions do not grow', () => {
  expect(check([log[1]!, log[0]!]).problems).toEqual([
    'The event at position 1 comes after the one at position 2: the order of the log was changed.',
  ]);
});

it('finds each tampered stream, with its first reason', () => {
  const altered = { ...log[0]!, data: Buffer.from('{"a":1}') };
  const gap = [event(6, 'd', 0), event(7, 'd', 2)];
  const report = check([altered, ...log.slice(1), ...gap], { changed: ['gone'] });
  expect(Object.fromEntries(report.tampered)).toEqual({
    a: 'revision 0 was altered',
    d: 'revision 1 is missing',
    gone: 'it was deleted or its metadata were changed',
  });
});

describe('an event that does not authenticate at the end of a stream', () => {
  const events = [event(1, 'a', 0), foreign(2, 'a', 1), foreign(3, 'a', 2)];
  const twoForeign = new Map([['a', { events: 2, first: 1, last: 2 }]]);

  it('is no finding once it was acknowledged, or accepted with its stream', () => {
    const report = check(events, { acknowledgedUntil: 2 });
    expect(report).toMatchObject({ acknowledged: 1, foreign: new Map([['a', { events: 1, first: 2, last: 2 }]]) });
    const accepted = { a: { revision: 2, events: [[0, 0]] as const } };
    expect(check(events, { accepted })).toMatchObject({ acknowledged: 2, foreign: new Map() });
  });

  it('is foreign if the witness has listed it or has not seen it', () => {
    expect(check(events).foreign).toEqual(twoForeign);
    const report = check(events, { state: witnessOf(events), listed: ['a@1', 'a@2'] });
    expect(report).toMatchObject({ foreign: twoForeign, digestAgrees: true, authentic: 1 });
  });

  it('was altered if the witness has seen it and not listed it', () => {
    const report = check(events, { state: witnessOf(events), listed: ['a@1'] });
    expect(report.tampered).toEqual(new Map([['a', 'revision 2 was altered']]));
    expect(report.foreign.size).toBe(0);
  });
});

it('finds nothing in an accepted stream, until one of the accepted events is altered or missing', () => {
  const altered = log.map((each) => (each.position === 1 ? { ...each, data: Buffer.from('{"n":1}') } : each));
  const accepted = { a: { revision: 1, events: [[1, 1]] as const } };
  const state = witnessOf(altered);
  expect(check(altered).tampered.get('a')).toBe('revision 0 was altered');
  const report = check(altered, { state, accepted });
  expect([...report.tampered]).toEqual([]);
  expect(report.witnessed.events).toBe(4);
  expect(check(log, { accepted }).witnessed.events).toBe(0);
  // The event was put back: it does not count.
  expect(check(log, { accepted }).authentic).toBe(4);
  const alteredAgain = altered.map((each) => (each.position === 3 ? { ...each, data: Buffer.from('{"n":1}') } : each));
  expect(check(alteredAgain, { accepted }).tampered.get('a')).toBe('revision 1 was altered');
  const cut = altered.filter(({ position }) => position !== 3);
  expect(check(cut, { accepted }).tampered.get('a')).toBe('revision 1 is missing');
});
