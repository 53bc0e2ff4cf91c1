import { Refusal } from '#libs/kernel';
import { AcceptedEventsCheck, newestAccepted, type AcceptedStream } from './accepted-stream.js';
import type { Authenticity } from './authentication.js';
import type { RawEvent } from './raw-event.js';

/** More foreign events in a row make a stream tampered: each read has to pass over them. */
const MAX_FOREIGN_EVENTS = 1_000;

const TAMPERED = 'log.tampered';

/** A stream was changed by somebody else: authentic events were altered or removed. Its stream and reason are for operators only. */
export class TamperedStream extends Refusal {
  constructor(
    readonly stream: string,
    readonly reason: string,
  ) {
    super(TAMPERED, 'conflict', 'The log of this was changed from outside Rollbook. An operator has to look at it.');
  }
}

/** Where an event lies. */
export type EventPlace = Pick<RawEvent, 'revision' | 'position'>;

/** A read of a stream, from one of its ends or from a revision in the middle. */
interface CheckedRead {
  readonly stream: string;
  readonly backwards: boolean;
  readonly fromRevision: number | undefined;
  /** Returns whether an event that is not authentic, and that no later event names or skips, was altered. */
  readonly wasAltered: (event: EventPlace) => boolean;
  /** What an operator has accepted of the stream. */
  readonly accepted?: AcceptedStream | undefined;
  /** Is called before `TamperedStream` is thrown. */
  readonly onTampered?: (reason: string) => void;
}

/**
 * Checks the events of a stream in the order of a read: which are foreign, and that no authentic one is missing. Each signed
 * event names the authentic event before it, so that everything between the two is known to be foreign.
 */
export class StreamCheck {
  /** The revision of the last event that was read. */
  private last: number | undefined;
  /** Forwards: the last authentic revision. Backwards: the one that the event after it names. `undefined`: not known. */
  private link: number | undefined;
  /** The foreign events since the last authentic one. */
  private foreign: EventPlace[] = [];
  private hasSeenAuthentic = false;
  /** The check of the accepted part, while the read is in it. */
  private acceptedPart: AcceptedEventsCheck | undefined;

  constructor(private readonly read: CheckedRead) {
    const { backwards, fromRevision, accepted } = read;
    if (backwards) return;
    const from = fromRevision ?? 0;
    if (accepted && from <= accepted.revision) this.acceptedPart = new AcceptedEventsCheck(accepted, false, from);
    else if (fromRevision === undefined) this.link = -1;
  }

  /** Returns whether the next event is authentic; if not, it is foreign. Throws `TamperedStream`. */
  accepts(event: EventPlace, authenticity: Authenticity | undefined): boolean {
    const { revision } = event;
    const { backwards, accepted } = this.read;
    if (accepted && revision <= accepted.revision) {
      if (backwards && !this.acceptedPart) this.enterAcceptedPart(accepted);
      return this.acceptedPart!.accepts(revision, authenticity !== undefined, this.fail);
    }
    if (accepted && this.acceptedPart && !backwards) this.leaveAcceptedPart(accepted);
    return this.acceptsUnaccepted(event, authenticity);
  }

  /** Checks the end of a read that has given all events that there are. */
  end(): void {
    const { backwards, accepted } = this.read;
    if (accepted && backwards) {
      if (!this.acceptedPart) this.enterAcceptedPart(accepted);
      return this.acceptedPart!.end(this.fail);
    }
    if (accepted && this.acceptedPart) this.leaveAcceptedPart(accepted);
    if (backwards && this.last !== undefined && this.last > 0)
      this.throwTampered(`revision ${this.last - 1} is missing`);
    if (backwards && this.link !== undefined && this.link > -1) this.throwTampered(`revision ${this.link} was altered`);
    if (!backwards || !this.hasSeenAuthentic) this.checkNewest();
  }

  private acceptsUnaccepted({ revision, position }: EventPlace, authenticity: Authenticity | undefined): boolean {
    const { backwards, fromRevision } = this.read;
    const expected =
      this.last === undefined ? (backwards ? undefined : (fromRevision ?? 0)) : this.last + (backwards ? -1 : 1);
    if (expected !== undefined && revision !== expected) this.throwTampered(`revision ${expected} is missing`);
    this.last = revision;
    if (!authenticity) {
      if (backwards && revision === this.link) this.throwTampered(`revision ${revision} was altered`);
      // Without the event's bytes: a check of the whole log keeps these of many streams.
      this.foreign.push({ revision, position });
      if (this.foreign.length > MAX_FOREIGN_EVENTS)
        this.throwTampered(`more than ${MAX_FOREIGN_EVENTS} foreign events`);
      return false;
    }
    if (backwards && !this.hasSeenAuthentic) this.checkNewest();
    this.hasSeenAuthentic = true;
    this.foreign = [];
    const { previous } = authenticity;
    if (backwards) {
      if (this.link !== undefined && this.link !== revision) this.throwTampered(`revision ${this.link} was altered`);
      this.link = previous;
    } else {
      if (previous !== undefined && this.link !== undefined && previous !== this.link)
        this.throwTampered(`revision ${previous} was altered`);
      this.link = revision;
    }
    return true;
  }

  /** Forwards: the events after the accepted part continue after the newest accepted one. */
  private leaveAcceptedPart(accepted: AcceptedStream): void {
    this.acceptedPart!.end(this.fail);
    this.acceptedPart = undefined;
    this.last = accepted.revision;
    this.link = newestAccepted(accepted);
  }

  /** Backwards: the events after the accepted part must reach it without a gap, and continue after the newest accepted one. */
  private enterAcceptedPart(accepted: AcceptedStream): void {
    if (this.last !== undefined && this.last !== accepted.revision + 1)
      this.throwTampered(`revision ${this.last - 1} is missing`);
    if (!this.hasSeenAuthentic) this.checkNewest();
    else if (this.link !== undefined && this.link !== newestAccepted(accepted))
      this.throwTampered(`revision ${this.link} was altered`);
    this.acceptedPart = new AcceptedEventsCheck(accepted, true, this.read.fromRevision ?? Infinity);
  }

  /** Checks the events after the newest authentic one. */
  private checkNewest(): void {
    const altered = this.foreign.find((event) => this.read.wasAltered(event));
    if (altered) this.throwTampered(`revision ${altered.revision} was altered`);
  }

  private readonly fail = (reason: string): never => this.throwTampered(reason);

  private throwTampered(reason: string): never {
    this.read.onTampered?.(reason);
    throw new TamperedStream(this.read.stream, reason);
  }
}

/** Returns `fallback` if the work meets a tampered stream, or what the vault knows about a stream was changed. */
export async function unlessTampered<T>(work: Promise<T>, fallback: T): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Refusal && error.code === TAMPERED) return fallback;
    throw error;
  }
}
