import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { AcceptedStream } from './accepted-stream.js';
import { collectReady } from './collect-ready.js';
import type { EventStore } from './event-store.js';
import { isTombstone, type RawLogItem } from './raw-event.js';

/** What the witness keeps durably, in the vault. */
export interface WitnessRecord {
  /** The position up to which the witness has seen the log; -1 before the first event. */
  readonly position: number;
  readonly state: WitnessState;
  /** Returns whether the witness has seen this event as a foreign one. */
  isForeign(stream: string, revision: number): boolean;
  /** Returns whether the stream was deleted or its metadata were changed. */
  isChanged(stream: string): boolean;
  /** Returns what an operator has accepted of a tampered stream. */
  findAccepted(stream: string): AcceptedStream | undefined;
  /** Up to this position, an operator has acknowledged the foreign events; -1: none. */
  readonly acknowledgedUntil: number;
  save(seen: {
    /** The position up to which the log was seen before. The save fails if another server has seen more of it since. */
    readonly after: number;
    readonly state: WitnessState;
    readonly foreign: readonly ForeignEvent[];
    readonly changedStreams: readonly ChangedStream[];
  }): Promise<void>;
  attach(): void;
  waitForPosition(position: number, signal: AbortSignal): Promise<void>;
}

/** An event that somebody else has appended. */
interface ForeignEvent {
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  readonly type: string;
}

/** A stream that was deleted or whose metadata were changed, with the position of that change. */
interface ChangedStream {
  readonly stream: string;
  readonly position: number;
}

/** How far the witness is, and the digest of what it has seen. */
export interface WitnessState {
  readonly position: number;
  readonly events: number;
  readonly digest: string;
  /** The digest of the event at `position`, '' before the first. */
  readonly lastEvent: string;
}

/** The most events that are saved together. */
const MAX_BATCH = 500;
const MAX_BACK_OFF_MS = 1_000;
/** Each save is an fsync. Saves that follow each other get a quarter of the time; single ones do not wait. */
const PAUSE_FACTOR = 3;
const PAUSE_FREE_MS = 50;

/** Returns the state after one more event of our streams. An authentic event changes the digest of the log, a foreign one does not. */
export function advance(
  { events, digest }: WitnessState,
  { event, isAuthentic }: Pick<Extract<RawLogItem, { kind: 'event' }>, 'event' | 'isAuthentic'>,
): WitnessState {
  const hash = createHash('sha256');
  for (const part of [event.streamId, String(event.revision), event.id, event.type, event.data, event.metadata])
    hash.update(`${part.length}:`).update(part);
  const lastEvent = hash.digest('hex');
  const { position } = event;
  if (!isAuthentic) return { position, events, digest, lastEvent };
  return {
    position,
    events: events + 1,
    digest: createHash('sha256')
      .update(digest + lastEvent)
      .digest('hex'),
    lastEvent,
  };
}

/**
 * Reads all events of our streams, whatever projections and mails do, and records durably which of them are foreign. No
 * subscription goes past it. An event that is not authentic although the witness has seen an authentic one there was altered.
 */
export class LogWitness {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly record: WitnessRecord,
    /** Is called with what keeps the witness from going on, once for each cause. */
    private readonly onProblem: (error: unknown) => void,
  ) {}

  /** Starts to follow the log. Subscriptions of this process wait for it from now on. */
  start(): void {
    this.record.attach();
    this.running = this.retry();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async retry(): Promise<void> {
    const { signal } = this.stopping;
    let reported: string | undefined;
    for (let failures = 0; !signal.aborted;) {
      const before = this.record.position;
      try {
        await this.follow();
      } catch (error) {
        if (signal.aborted) return;
        if (this.record.position > before) failures = 0;
        if ((error as Error).message !== reported) this.onProblem(error);
        reported = (error as Error).message;
        await pause(Math.min(100 * 2 ** failures++, MAX_BACK_OFF_MS), undefined, { signal }).catch(() => {});
      }
    }
  }

  private async follow(): Promise<void> {
    let { state } = this.record;
    const { position } = state;
    const items = this.store.followRaw(position < 0 ? undefined : position, this.stopping.signal);
    let restedAt = performance.now(); // when the pauses that the saves so far cost would be over
    for await (const batch of collectReady(items, MAX_BATCH)) {
      const startedAt = performance.now();
      state = await this.save(batch, state);
      const endedAt = performance.now();
      restedAt = Math.max(restedAt, startedAt) + PAUSE_FACTOR * (endedAt - startedAt);
      if (restedAt - endedAt > PAUSE_FREE_MS) await pause(restedAt - endedAt - PAUSE_FREE_MS);
    }
  }

  private async save(items: readonly RawLogItem[], before: WitnessState): Promise<WitnessState> {
    const foreign: ForeignEvent[] = [];
    const changedStreams: ChangedStream[] = [];
    let state = before;
    for (const item of items) {
      if (item.kind === 'metadata') changedStreams.push(item);
      if (item.kind !== 'event') continue;
      const { stream, event } = item;
      const { revision, position, type } = event;
      if (isTombstone(event)) changedStreams.push({ stream, position });
      else if (!item.isAuthentic) foreign.push({ stream, revision, position, type });
      state = advance(state, item);
    }
    if (state !== before || changedStreams.length > 0)
      await this.record.save({ after: before.position, state, foreign, changedStreams });
    return state;
  }
}
