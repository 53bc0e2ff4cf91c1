import { authenticate, type Authenticity, type AuthenticationKeys } from './authentication.js';
import type { RawEvent } from './raw-event.js';

/** Revisions that follow each other, both ends inclusive. */
export type RevisionRange = readonly [first: number, last: number];

/** What an operator has accepted of a tampered stream: the events that were authentic and visible in it. */
export interface AcceptedStream {
  /** The last revision of the stream at that time. Later events are checked as in every stream. */
  readonly revision: number;
  /** The revisions of the accepted events, ascending. */
  readonly events: readonly RevisionRange[];
}

/** Returns ascending revisions as ranges. */
export function toRevisionRanges(revisions: Iterable<number>): RevisionRange[] {
  const ranges: [number, number][] = [];
  for (const revision of revisions) {
    const newest = ranges.at(-1);
    if (newest?.[1] === revision - 1) newest[1] = revision;
    else ranges.push([revision, revision]);
  }
  return ranges;
}

/** Returns the revision of the newest accepted event, -1 if there is none. */
export const newestAccepted = ({ events }: AcceptedStream): number => events.at(-1)?.[1] ?? -1;

/**
 * Authenticates an event of our log. In the accepted part of a stream, only accepted events are authentic: an event that was
 * put back after the acceptance has no effect.
 */
export function authenticateInLog(
  stream: string,
  event: RawEvent,
  { authentication, accepted }: { authentication: AuthenticationKeys; accepted: AcceptedStream | undefined },
): Authenticity | undefined {
  const { revision } = event;
  const isPassedOver =
    accepted !== undefined &&
    revision <= accepted.revision &&
    !accepted.events.some(([first, last]) => first <= revision && revision <= last);
  return isPassedOver ? undefined : authenticate(stream, event, authentication);
}

/** Checks a read of the accepted part of a stream: each accepted event is present and authentic, and all others are passed over. */
export class AcceptedEventsCheck {
  /** The accepted revision that has to come next. */
  private next: number | undefined;

  /** @param from the revision that the read begins with; Infinity backwards from the end */
  constructor(
    private readonly accepted: AcceptedStream,
    private readonly backwards: boolean,
    from: number,
  ) {
    this.next = this.findAccepted(from);
  }

  /** Returns whether the next event is an accepted one. Calls `fail` if an accepted event is missing or was altered. */
  accepts(revision: number, isAuthentic: boolean, fail: (reason: string) => never): boolean {
    const { next } = this;
    if (next === undefined || (this.backwards ? revision > next : revision < next)) return false;
    if (revision !== next) fail(`revision ${next} is missing`);
    if (!isAuthentic) fail(`revision ${next} was altered`);
    this.next = this.findAccepted(next + (this.backwards ? -1 : 1));
    return true;
  }

  /** Checks that all accepted events have come. */
  end(fail: (reason: string) => never): void {
    if (this.next !== undefined) fail(`revision ${this.next} is missing`);
  }

  /** Returns the first accepted revision of a read that begins at a revision. */
  private findAccepted(from: number): number | undefined {
    const { events } = this.accepted;
    if (this.backwards) {
      const range = events.findLast(([first]) => first <= from);
      return range && Math.min(range[1], from);
    }
    const range = events.find(([, last]) => last >= from);
    return range && Math.max(range[0], from);
  }
}
