import type { AcceptedStream } from './accepted-stream.js';
import type { RawEvent } from './raw-event.js';
import { StreamCheck, TamperedStream } from './stream-check.js';

/** An event as a check sees it: its revision and, if it is authentic, the one that it names (`null`: it has no MAC). */
type Seen = readonly [revision: number, previous?: number | null];

/** Why the last read was refused. */
let tampered: string | undefined;

/** Returns the authentic revisions of a read. */
function check(
  events: readonly Seen[],
  {
    backwards = false,
    fromRevision,
    altered = [],
    accepted,
  }: { backwards?: boolean; fromRevision?: number; altered?: number[]; accepted?: AcceptedStream } = {},
) {
  const read = new StreamCheck({
    stream: 's',
    backwards,
    fromRevision,
    wasAltered: ({ revision }) => altered.includes(revision),
    accepted,
    onTampered: (reason) => (tampered = reason),
  });
  const authentic = events.filter(([revision, previous]) =>
    read.accepts({ revision } as RawEvent, previous === undefined ? undefined : { previous: previous ?? undefined }),
  );
  read.end();
  return authentic.map(([revision]) => revision);
}

const foreign = (revision: number): Seen => [revision];

describe('a read forwards', () => {
  it('accepts authentic events and passes over foreign ones', () => {
    expect(check([[0, -1], foreign(1), [2, 0], foreign(3)])).toEqual([0, 2]);
    expect(check([foreign(0), [1, -1]])).toEqual([1]);
  });

  it('accepts events of earlier builds, and those that follow them', () => {
    expect(
      check([
        [0, null],
        [1, null],
        [2, 1],
      ]),
    ).toEqual([0, 1, 2]);
  });

  it('from the middle, does not know what the first event has to name', () => {
    expect(
      check(
        [
          [5, 3],
          [6, 5],
        ],
        { fromRevision: 5 },
      ),
    ).toEqual([5, 6]);
  });

  it.each<[string, readonly Seen[]]>([
    ['the beginning is missing', [[1, 0]]],
    [
      'an event in the middle is missing',
      [
        [0, -1],
        [2, 1],
      ],
    ],
    ['an event was altered that the next one names', [[0, -1], foreign(1), [2, 1]]],
    ['the first event was altered', [foreign(0), [1, 0]]],
    [
      'an event names one before the last authentic one',
      [
        [0, -1],
        [1, 0],
        [2, 0],
      ],
    ],
  ])('throws if %s', (_, events) => {
    expect(() => check(events)).toThrow(TamperedStream);
  });
});

describe('a read backwards', () => {
  it('accepts authentic events and passes over foreign ones', () => {
    expect(check([foreign(3), [2, 0], foreign(1), [0, -1]], { backwards: true })).toEqual([2, 0]);
  });

  it.each<[string, readonly Seen[]]>([
    [
      'it ends before the beginning',
      [
        [2, 1],
        [1, 0],
      ],
    ],
    [
      'an event in the middle is missing',
      [
        [2, 1],
        [0, -1],
      ],
    ],
    ['an event was altered that a later one names', [[2, 1], foreign(1), [0, -1]]],
    ['the first event was altered', [[1, 0], foreign(0)]],
  ])('throws if %s', (_, events) => {
    expect(() => check(events, { backwards: true })).toThrow(TamperedStream);
  });
});

describe('the newest events, which no later one names', () => {
  it('are foreign, unless the witness has seen authentic ones there', () => {
    expect(check([[0, -1], foreign(1)], { altered: [7] })).toEqual([0]);
    expect(() => check([[0, -1], foreign(1)], { altered: [1] })).toThrow(TamperedStream);
    expect(() => check([foreign(0)], { altered: [0] })).toThrow(TamperedStream);
    expect(() => check([foreign(1), [0, -1]], { backwards: true, altered: [1] })).toThrow(TamperedStream);
    expect(() => check([foreign(0)], { backwards: true, altered: [0] })).toThrow(TamperedStream);
    expect(tampered).toBe('revision 0 was altered');
  });

  it('are those only: of the others, the later event says that they are foreign', () => {
    expect(check([foreign(0), [1, -1]], { altered: [0] })).toEqual([1]);
    expect(check([[1, -1], foreign(0)], { backwards: true, altered: [0] })).toEqual([1]);
  });
});

describe('an accepted stream', () => {
  // Revisions 1 and 4 were altered, 2 is missing.
  const accepted: AcceptedStream = {
    revision: 4,
    events: [
      [0, 0],
      [3, 3],
    ],
  };
  const events: Seen[] = [[0, -1], foreign(1), [3, 2], foreign(4), [5, 3], foreign(6), [7, 5]];

  it.each([true, false])(
    'has the accepted events and the authentic ones after them, if read backwards: %s',
    (backwards) => {
      const all = backwards ? events.toReversed() : events;
      expect(new Set(check(all, { backwards, accepted }))).toEqual(new Set([0, 3, 5, 7]));
      expect(() => check(all, { backwards, altered: [1, 4] })).toThrow(TamperedStream);
    },
  );

  it.each([
    [0, [0, 3, 5, 7]],
    [1, [3, 5, 7]],
    [4, [5, 7]],
    [5, [5, 7]],
    [6, [7]],
  ])('read forwards from revision %d', (fromRevision, found) => {
    const part = events.filter(([revision]) => revision >= fromRevision);
    expect(check(part, { fromRevision, accepted })).toEqual(found);
  });

  it.each([
    [7, [7, 5, 3, 0]],
    [4, [3, 0]],
    [3, [3, 0]],
    [2, [0]],
  ])('read backwards from revision %d', (fromRevision, found) => {
    const part = events.filter(([revision]) => revision <= fromRevision).toReversed();
    expect(check(part, { backwards: true, fromRevision, accepted })).toEqual(found);
  });

  it('passes over more than 1,000 foreign events that were accepted, and over those that are missing now', () => {
    const flood = Array.from({ length: 2_000 }, (_, nth) => foreign(nth + 1));
    const flooded = { revision: 2_000, events: [[0, 0]] as const };
    const all: Seen[] = [[0, -1], ...flood, [2_001, 0]];
    expect(check(all, { accepted: flooded })).toEqual([0, 2_001]);
    expect(check(all.toReversed(), { backwards: true, accepted: flooded })).toEqual([2_001, 0]);
    expect(
      check(
        [
          [0, -1],
          [2_001, 0],
        ],
        { accepted: flooded },
      ),
    ).toEqual([0, 2_001]);
  });

  const change = (revision: number, by: readonly Seen[]): Seen[] =>
    events.flatMap((event) => (event[0] === revision ? by : [event]));

  it.each<[string, readonly Seen[], string, number[]?]>([
    ['an accepted event was altered', change(3, [foreign(3)]), 'revision 3 was altered'],
    ['an accepted event is missing', change(3, []), 'revision 3 is missing'],
    ['the first accepted event is missing', change(0, []), 'revision 0 is missing'],
    ['an event after them was altered', change(5, [foreign(5)]), 'revision 5 was altered'],
    ['an event after them is missing', change(5, []), 'revision 5 is missing'],
    ['the newest event was altered', change(7, [foreign(7)]), 'revision 7 was altered', [7]],
    ['all accepted events are missing', events.slice(4), 'is missing'],
    ['an accepted event is left alone, altered', [foreign(0)], 'was altered|is missing'],
    ['nothing is left', [], 'is missing'],
  ])('is tampered again if %s', (_, changed, reason, altered = []) => {
    for (const backwards of [false, true])
      expect(() => check(backwards ? changed.toReversed() : changed, { backwards, accepted, altered })).toThrow(
        expect.objectContaining({ reason: expect.stringMatching(reason) }),
      );
  });

  it('has no effect of an event that was put back', () => {
    expect(check(change(1, [[1, 0]]), { accepted })).toEqual([0, 3, 5, 7]);
  });

  it('can be one without events', () => {
    const empty = { revision: 1, events: [] };
    expect(check([foreign(0), foreign(1), [2, -1]], { accepted: empty })).toEqual([2]);
    expect(check([[2, -1], foreign(1), foreign(0)], { backwards: true, accepted: empty })).toEqual([2]);
  });
});
