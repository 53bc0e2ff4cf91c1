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
  }: { backwards?: boolean; fromRevision?: number; altered?: number[] } = {},
) {
  const read = new StreamCheck({
    stream: 's',
    backwards,
    fromRevision,
    wasAltered: ({ revision }) => altered.includes(revision),
    onTampered: (reason) => (tampered = reason),
  });
  const accepted = events.filter(([revision, previous]) =>
    read.accepts({ revision } as RawEvent, previous === undefined ? undefined : { previous: previous ?? undefined }),
  );
  read.end();
  return accepted.map(([revision]) => revision);
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
