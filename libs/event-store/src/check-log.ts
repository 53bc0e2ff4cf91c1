import { authenticateInLog } from './accepted-stream.js';
import type { AuthenticationKeys } from './authentication.js';
import type { RawEvent } from './raw-event.js';
import { StreamCheck, TamperedStream, type EventPlace } from './stream-check.js';
import { advance, type WitnessRecord, type WitnessState } from './witness.js';

/** What a check of the log needs: its namespace, keys, and the record of the witness. */
export interface LogKnowledge {
  /** The namespace of our streams. */
  readonly namespace: string;
  readonly keys: AuthenticationKeys;
  readonly witness: Pick<WitnessRecord, 'state' | 'isForeign' | 'findAccepted' | 'acknowledgedUntil'>;
}

/** The foreign events of a stream. */
export interface ForeignEvents {
  readonly events: number;
  readonly first: number;
  readonly last: number;
}

/** What a check of the whole log found. Streams are without the namespace. */
export interface LogReport {
  readonly authentic: number;
  /** The authentic events that the witness has not seen yet, so that the digest does not cover them. */
  readonly unwitnessed: number;
  /** The position of the last event; -1 if there is none. */
  readonly end: number;
  /** Why each of these streams is tampered. */
  readonly tampered: ReadonlyMap<string, string>;
  /** The foreign events in streams that are not tampered, without those that an operator has acknowledged or accepted. */
  readonly foreign: ReadonlyMap<string, ForeignEvents>;
  /** How many events that are not authentic an operator has acknowledged, or accepted with their stream. */
  readonly acknowledged: number;
  /** Problems of the log as a whole: its order or its number of events is not the witness's. */
  readonly problems: readonly string[];
  /** Whether the log up to the witness's position has the witness's number and digest of events. */
  readonly digestAgrees: boolean;
  /** What a witness of this log would have noted up to the witness's position. */
  readonly witnessed: WitnessState;
}

/** What the check keeps of a stream. */
interface CheckedStream {
  /** Absent once the stream is known to be tampered. */
  check?: StreamCheck | undefined;
  foreign?: ForeignEvents;
  /** The last revision. */
  last: number;
}

/**
 * Checks a whole log, event by event in its order: which events are authentic, that no stream lacks one, and that all that
 * the witness has seen is there, unchanged and in the same order.
 */
export class LogCheck {
  private readonly streams = new Map<string, CheckedStream>();
  private readonly tampered = new Map<string, string>();
  private seen: WitnessState = { position: -1, events: 0, digest: '', lastEvent: '' };
  private authentic = 0;
  private acknowledged = 0;
  private end = -1;
  private disorder: string | undefined;

  /** How many events were added. */
  count = 0;

  constructor(private readonly known: LogKnowledge) {}

  /** Checks the next event of the log. */
  add(event: RawEvent): void {
    const { keys, witness, namespace } = this.known;
    const { position, revision } = event;
    this.count++;
    if (position <= this.end)
      this.disorder ??= `The event at position ${position} comes after the one at position ${this.end}: the order of the log was changed.`;
    this.end = position;
    const stream = event.streamId.slice(namespace.length + 1);
    const accepted = witness.findAccepted(stream);
    const authenticity = authenticateInLog(stream, event, { authentication: keys, accepted });
    if (authenticity) this.authentic++;
    if (position <= witness.state.position)
      this.seen = advance(this.seen, { event, isAuthentic: authenticity !== undefined });
    const checked = this.findOrAdd(stream);
    checked.last = revision;
    if (!authenticity) {
      const isKnown = revision <= (accepted?.revision ?? -1) || position <= witness.acknowledgedUntil;
      if (isKnown) this.acknowledged++;
      else checked.foreign = addForeign(checked.foreign, revision);
    }
    this.run(stream, checked, (check) => check.accepts({ revision, position }, authenticity));
  }

  /** The position of the last event that was added; -1 before the first. */
  get lastPosition(): number {
    return this.end;
  }

  /** How many streams have events. */
  get streamCount(): number {
    return this.streams.size;
  }

  /** The names of all streams. */
  streamNames(): Iterable<string> {
    return this.streams.keys();
  }

  /** The last revision of each stream that is not known to be tampered. */
  *lastRevisions(): Generator<[stream: string, revision: number]> {
    for (const [stream, { check, last }] of this.streams) if (check) yield [stream, last];
  }

  /** Records that a stream is tampered. */
  addTampered(stream: string, reason: string): void {
    this.tampered.set(stream, reason);
  }

  /**
   * Ends the check, after the last event.
   * @param changedStreams the streams that the witness has seen deleted or with other metadata
   */
  finish(changedStreams: readonly string[]): LogReport {
    for (const [stream, checked] of this.streams) this.run(stream, checked, (check) => check.end());
    for (const stream of changedStreams) this.addTampered(stream, 'it was deleted or its metadata were changed');
    const difference = compare(this.seen, this.known.witness.state);
    return {
      authentic: this.authentic,
      unwitnessed: this.authentic - this.seen.events,
      end: this.end,
      tampered: this.tampered,
      foreign: new Map(
        this.streams
          .entries()
          .flatMap(([stream, { foreign }]) =>
            foreign && !this.tampered.has(stream) ? [[stream, foreign] as const] : [],
          ),
      ),
      acknowledged: this.acknowledged,
      problems: [this.disorder, difference].filter((problem) => problem !== undefined),
      digestAgrees: difference === undefined,
      witnessed: this.seen,
    };
  }

  private findOrAdd(stream: string): CheckedStream {
    const known = this.streams.get(stream);
    if (known) return known;
    const { witness } = this.known;
    const wasAltered = ({ position, revision }: EventPlace) =>
      position <= witness.state.position && !witness.isForeign(stream, revision);
    const accepted = witness.findAccepted(stream);
    const check = new StreamCheck({ stream, backwards: false, fromRevision: undefined, wasAltered, accepted });
    const added = { check, last: -1 };
    this.streams.set(stream, added);
    return added;
  }

  private run(stream: string, checked: CheckedStream, step: (check: StreamCheck) => void): void {
    if (!checked.check) return;
    try {
      step(checked.check);
    } catch (error) {
      if (!(error instanceof TamperedStream)) throw error;
      checked.check = undefined;
      this.addTampered(stream, error.reason);
    }
  }
}

const addForeign = (before: ForeignEvents | undefined, revision: number): ForeignEvents => ({
  events: (before?.events ?? 0) + 1,
  first: before?.first ?? revision,
  last: revision,
});

/** Returns how the log up to the witness's position differs from what the witness has seen; undefined if it does not. */
function compare(found: WitnessState, { position, events, digest, lastEvent }: WitnessState): string | undefined {
  if (found.position !== position || found.lastEvent !== lastEvent)
    return `The log does not hold the event at position ${position} that this installation has seen last: it was altered, or the end of the log was removed.`;
  if (found.events !== events)
    return `The log has ${found.events} authentic events up to position ${position}, this installation has seen ${events}.`;
  if (found.digest !== digest)
    return `The authentic events up to position ${position} are not those that this installation has seen, or are in another order.`;
  return undefined;
}
