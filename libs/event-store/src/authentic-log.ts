import { NO_STREAM, StreamDeletedError, WrongExpectedVersionError } from '@eventstore/db-client';
import { authenticateInLog } from './accepted-stream.js';
import { signEvents, type AuthenticationKeys } from './authentication.js';
import type { StoredEvent } from './codec.js';
import type { RawEvent } from './raw-event.js';
import type { Appended, LogRange, RawLog, StreamRange } from './raw-log.js';
import { StreamCheck, TamperedStream, type EventPlace } from './stream-check.js';
import { TamperedStreams, type OnTampered } from './tampered-streams.js';
import type { WitnessRecord } from './witness.js';
import { WrongRevision } from './wrong-revision.js';

/** How often an append may find further foreign events at the end of its stream before it is a conflict. */
const MAX_APPEND_ROUNDS = 5;

/** What decides which events are authentic. */
export interface LogKnowledge {
  readonly authentication: AuthenticationKeys;
  /** What the witness has seen. Absent without a witness. */
  readonly witness?: WitnessRecord;
}

/** The part of a stream to read. */
export interface ReadOptions {
  /** The first revision to read, inclusive. Default: the start, or the end if `backwards`. */
  readonly fromRevision?: number;
  readonly backwards?: boolean;
  readonly maxCount?: number;
}

/** The authentic events of our streams. It passes over foreign events, and refuses tampered streams. */
export class AuthenticLog {
  /** The tampered streams that reads have met since the start. */
  readonly tampered: TamperedStreams;

  constructor(
    private readonly raw: RawLog,
    private readonly keys: LogKnowledge,
    onTampered: OnTampered | undefined,
  ) {
    this.tampered = new TamperedStreams(onTampered);
  }

  /** Returns whether an event is authentic in the stream that it names. */
  isAuthentic(event: RawEvent): boolean {
    return this.authenticate(event) !== undefined;
  }

  /** Returns whether an event is authentic in this stream. */
  isAuthenticIn(stream: string, event: RawEvent): boolean {
    return this.authenticateIn(stream, event) !== undefined;
  }

  /** Returns whether a stream has any event, authentic or not. Needs no keys. Throws `TamperedStream` if it was deleted for ever. */
  async hasEvents(stream: string): Promise<boolean> {
    for await (const _ of this.readStored(stream, { fromRevision: undefined, backwards: true, maxCount: 1 }))
      return true;
    return false;
  }

  /** Reads the authentic events of a stream; none of an absent one. Throws `TamperedStream`. */
  async *read(stream: string, options: ReadOptions): AsyncGenerator<RawEvent> {
    const { fromRevision, backwards = false, maxCount = Number.MAX_SAFE_INTEGER } = options;
    const check = this.checkStream(stream, { backwards, fromRevision });
    let next = fromRevision;
    for (let left = maxCount; left > 0;) {
      const asked = left;
      let count = 0;
      for await (const event of this.readStored(stream, { fromRevision: next, backwards, maxCount: asked })) {
        count++;
        next = event.revision + (backwards ? -1 : 1);
        if (!check.accepts(event, this.authenticateIn(stream, event))) continue;
        left--;
        yield event;
      }
      if (count < asked || next === -1) {
        check.end();
        return;
      }
    }
  }

  /** Reads the authentic events of all our streams in the order of the log. */
  async *readAll(options: LogRange): AsyncGenerator<RawEvent> {
    const { backwards = false, maxCount = Number.MAX_SAFE_INTEGER, categories } = options;
    const kept = { backwards, ...(categories && { categories }) };
    let left = maxCount;
    let last: RawEvent | undefined;
    while (left > 0) {
      const from = last?.position ?? options.from;
      const asked = last && !backwards ? left + 1 : left; // forwards, the last event comes again
      let count = 0;
      for await (const event of this.raw.read({ ...kept, ...(from !== undefined && { from }), maxCount: asked })) {
        count++;
        if (event.position === last?.position) continue;
        last = event;
        if (!this.isAuthentic(event)) continue;
        left--;
        yield event;
      }
      if (count < asked) return;
    }
  }

  /** Checks a stream from its beginning up to a position. Returns its last revision there, -1 if it is absent. Throws `TamperedStream`. */
  async checkWholeStream(stream: string, end: number): Promise<number> {
    const check = this.checkStream(stream, { backwards: false, fromRevision: undefined });
    let last = -1;
    const all = { fromRevision: undefined, backwards: false, maxCount: Number.MAX_SAFE_INTEGER };
    for await (const event of this.readStored(stream, all)) {
      if (event.position > end) break;
      check.accepts(event, this.authenticateIn(stream, event));
      last = event.revision;
    }
    check.end();
    return last;
  }

  /**
   * Signs events and appends them if the newest authentic event of the stream has the revision `expected` (-1: there is none).
   * They come after the foreign events that follow it.
   * @throws WrongRevision; TamperedStream if the stream was deleted or its metadata were changed
   */
  async append(stream: string, expected: number, events: readonly StoredEvent[]): Promise<Appended> {
    const { current } = this.keys.authentication;
    for (let last = expected, rounds = 0; ; rounds++) {
      try {
        const signed = signEvents({ stream, last, previous: expected }, events, current);
        const appended = await this.raw.append(stream, last, signed);
        if (appended.revision === last + events.length) return appended;
        this.throwTampered(stream, `revision ${last + events.length} was appended as ${appended.revision}`);
      } catch (error) {
        if (error instanceof StreamDeletedError) this.throwDeleted(stream);
        if (!(error instanceof WrongExpectedVersionError)) throw error;
        const actual = error.actualVersion === NO_STREAM ? -1 : Number(error.actualVersion);
        if (
          actual <= last ||
          rounds === MAX_APPEND_ROUNDS ||
          !(await this.hasOnlyForeignEvents(stream, last + 1, actual))
        )
          throw new WrongRevision(stream, expected, actual);
        last = actual;
      }
    }
  }

  /**
   * Checks whether all events of a stream between two revisions (inclusive) are foreign. Throws `TamperedStream` if they are
   * too many, or if the store does not give all of them.
   */
  private async hasOnlyForeignEvents(stream: string, fromRevision: number, toRevision: number): Promise<boolean> {
    const check = this.checkStream(stream, { backwards: false, fromRevision });
    const maxCount = toRevision - fromRevision + 1;
    let last = fromRevision - 1;
    for await (const event of this.readStored(stream, { fromRevision, backwards: false, maxCount })) {
      if (check.accepts(event, this.authenticateIn(stream, event))) return false;
      last = event.revision;
    }
    check.end();
    if (last < toRevision) this.throwTampered(stream, `revision ${last + 1} is missing`);
    return true;
  }

  /** Throws `TamperedStream` if the witness has seen that the stream was deleted or its metadata were changed. */
  refuseChanged(stream: string): void {
    if (this.keys.witness?.isChanged(stream)) this.throwTampered(stream, 'it was deleted or its metadata were changed');
  }

  /** Records that EventStoreDB has refused a call because the stream was deleted for ever, and throws `TamperedStream`. */
  private throwDeleted(stream: string): never {
    this.throwTampered(stream, 'it was deleted for ever');
  }

  /** Records that a stream is tampered, and throws `TamperedStream`. */
  private throwTampered(stream: string, reason: string): never {
    this.tampered.add(stream, reason);
    throw new TamperedStream(stream, reason);
  }

  /** Reads the events of a stream as they are stored. Throws `TamperedStream` for one that was deleted for ever. */
  async *readStored(stream: string, range: StreamRange): AsyncGenerator<RawEvent> {
    try {
      yield* this.raw.readStream(stream, range);
    } catch (error) {
      if (error instanceof StreamDeletedError) this.throwDeleted(stream);
      throw error;
    }
  }

  /** Returns a check of a read. Throws `TamperedStream` for a stream whose metadata were changed. */
  private checkStream(stream: string, read: { backwards: boolean; fromRevision: number | undefined }): StreamCheck {
    const { witness } = this.keys;
    this.refuseChanged(stream);
    const onTampered = (reason: string) => this.tampered.add(stream, reason);
    // No later event names the newest events of a stream. There, the witness knows which events are foreign and which were altered.
    const wasAltered = ({ position, revision }: EventPlace) =>
      witness !== undefined && position <= witness.position && !witness.isForeign(stream, revision);
    return new StreamCheck({ stream, wasAltered, accepted: witness?.findAccepted(stream), onTampered, ...read });
  }

  private authenticate(event: RawEvent) {
    const { authentication, witness } = this.keys;
    const stream = this.raw.streamOf(event);
    return authenticateInLog(stream, event, { authentication, accepted: witness?.findAccepted(stream) });
  }

  /** Authenticates an event of a read of this stream: the store could answer with an authentic event of another stream. */
  private authenticateIn(stream: string, event: RawEvent) {
    return event.streamId === this.raw.prefix + stream ? this.authenticate(event) : undefined;
  }
}
