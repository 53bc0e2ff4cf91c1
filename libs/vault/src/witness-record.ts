import type { KeyObject } from 'node:crypto';
import { AcceptedStreams, type SavedAcceptance } from './accepted-streams.js';
import type { Engine } from './engine/engine.js';
import { ForeignEvents, type ForeignEvent, type SeenIncident } from './foreign-events.js';
import type { LogRow, LogState, WitnessState } from './log-row.js';

/** The state before the first event. */
export const unseen: WitnessState = {
  position: -1,
  events: 0,
  digest: '',
  lastEvent: '',
  foreignRanges: 0,
  changedStreams: 0,
};

/** What the witness has seen since the last save. */
export interface Seen {
  /** The position up to which the log was seen before; it must be that still. Default: any. */
  readonly after?: number;
  readonly state: Pick<WitnessState, 'position' | 'events' | 'digest' | 'lastEvent'>;
  readonly foreign: readonly ForeignEvent[];
  /** Streams that were deleted, or whose metadata were changed, with the position of that change. */
  readonly changedStreams: readonly { readonly stream: string; readonly position: number }[];
}

/** An incident, and whether an operator has acknowledged it, or accepted its stream. */
export interface WitnessIncident extends SeenIncident {
  readonly isAcknowledged: boolean;
}

/** What the witness has seen of the log: how far it is, and which events are foreign; and what operators have accepted. */
export class WitnessRecord {
  private readonly foreign: ForeignEvents;
  private readonly accepted: AcceptedStreams;
  /** The reads that wait for a position; `undefined` while no witness runs here. */
  private waiting: Set<() => void> | undefined;

  private constructor(
    engine: Engine,
    vaultKey: KeyObject,
    private readonly row: LogRow,
  ) {
    this.foreign = new ForeignEvents(engine, vaultKey);
    this.accepted = new AcceptedStreams(engine, vaultKey);
  }

  /**
   * @internal part of the vault
   * @throws Error of one line if a row of its lists was removed or changed
   */
  static async load(engine: Engine, vaultKey: KeyObject, row: LogRow): Promise<WitnessRecord> {
    const record = new WitnessRecord(engine, vaultKey, row);
    try {
      await row.setLists({ load: () => record.loadLists(), onChange: () => record.wake() });
    } catch (error) {
      throw new Error('the vault’s list of foreign events was changed: restore a backup of it', { cause: error });
    }
    return record;
  }

  get state(): WitnessState {
    return this.row.state.witness;
  }

  /** The position up to which the witness has seen the log; -1 before the first event. */
  get position(): number {
    return this.state.position;
  }

  /** Returns whether the witness has seen this event as a foreign one. */
  isForeign(stream: string, revision: number): boolean {
    return this.foreign.has(stream, revision);
  }

  /** Returns whether the stream was deleted or its metadata were changed, and no operator has accepted it since. */
  isChanged(stream: string): boolean {
    return this.foreign.isChanged(stream) && !this.accepted.isProposed(stream);
  }

  /** The streams that were deleted or whose metadata were changed, and that no operator has accepted since. */
  get changedStreams(): string[] {
    return [...this.foreign.changedStreams].filter((stream) => this.isChanged(stream));
  }

  /** Returns what an operator has accepted of a tampered stream. */
  findAccepted(stream: string): SavedAcceptance | undefined {
    return this.accepted.find(stream);
  }

  /** The positions of the events that record what operators have accepted. */
  get acceptancePositions(): number[] {
    return this.accepted.positions;
  }

  /** Lets reads of this process take a stream as accepted, until the vault is closed or {@link saveAccepted} saves it. */
  proposeAccepted(stream: string, acceptance: Omit<SavedAcceptance, 'position'>): void {
    this.accepted.propose(stream, { ...acceptance, position: Infinity });
  }

  /**
   * Saves what an operator has accepted of a tampered stream, all of it or nothing.
   * @param acceptance with the position of the event that records it
   * @param state what the witness has to have seen of the log; default: what it has seen
   */
  async saveAccepted(stream: string, acceptance: SavedAcceptance, state?: Seen['state']): Promise<void> {
    await this.row.update(({ witness }) => ({
      statements: [...this.accepted.save(stream, acceptance), ...this.foreign.removeChanged(stream)],
      change: this.toChange(state ?? witness),
    }));
  }

  /** Up to this position, an operator has acknowledged foreign events and changed streams; -1: none. */
  get acknowledgedUntil(): number {
    return this.row.state.acknowledgedUntil ?? -1;
  }

  /** Saves that an operator has acknowledged the foreign events and changed streams up to a position. */
  async acknowledge(position: number): Promise<void> {
    await this.row.update(({ acknowledgedUntil = -1 }) => ({
      change: { acknowledgedUntil: Math.max(position, acknowledgedUntil) },
    }));
  }

  /** Returns whether there are foreign events or changed streams up to a position that were neither acknowledged nor accepted. */
  hasUnacknowledged(until = Infinity): boolean {
    return this.incidents().some(({ isAcknowledged, position = 0 }) => !isAcknowledged && position <= until);
  }

  /** Lists up to `limit` ranges of foreign events and changed streams, newest first. */
  listIncidents(limit: number): WitnessIncident[] {
    return [...this.incidents()]
      .toSorted((one, other) => (other.position ?? -1) - (one.position ?? -1))
      .slice(0, limit);
  }

  /** Saves what was seen, all of it or nothing, and wakes the reads that wait for it. */
  async save({ after, state, foreign, changedStreams }: Seen): Promise<void> {
    await this.row.update(({ witness }) => {
      if (after !== undefined && witness.position !== after) throw new Error('another server has seen this already');
      const listed = foreign.flatMap((event) => this.foreign.addEvent(event));
      const changed = changedStreams
        .filter(({ stream, position }) => position > (this.accepted.find(stream)?.position ?? -1))
        .flatMap(({ stream, position }) => this.foreign.addChanged(stream, position));
      return { statements: [...listed, ...changed], change: this.toChange(state) };
    });
    this.wake();
  }

  /**
   * Forgets what was seen, so that the log can be seen anew after a restore.
   * @param end the position of the log's last event: what operators have accepted and acknowledged later is forgotten, too
   */
  async reset(end: number): Promise<void> {
    await this.row.update(({ acknowledgedUntil = -1 }) => ({
      statements: [...this.foreign.clear(), ...this.accepted.removeAfter(end)],
      change: {
        witness: unseen,
        acknowledgedUntil: Math.min(acknowledgedUntil, end),
        ...this.accepted.count,
      },
    }));
  }

  /** From now on, {@link waitForPosition} waits for a witness that runs in this process. */
  attach(): void {
    this.waiting ??= new Set();
  }

  /** Waits until the witness has seen the log up to a position, or `signal` aborts. Does not wait if no witness runs here. */
  async waitForPosition(position: number, signal: AbortSignal): Promise<void> {
    const { waiting } = this;
    if (!waiting || this.position >= position) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const check = () => this.position >= position && resolve();
    const giveUp = () => resolve();
    waiting.add(check);
    signal.addEventListener('abort', giveUp, { once: true });
    await promise;
    signal.removeEventListener('abort', giveUp);
    waiting.delete(check);
  }

  private *incidents(): Generator<WitnessIncident> {
    for (const incident of this.foreign.all()) {
      const { stream, last = Infinity, position = 0 } = incident;
      const isAccepted = last <= (this.accepted.find(stream)?.revision ?? -1);
      yield { ...incident, isAcknowledged: isAccepted || position <= this.acknowledgedUntil };
    }
  }

  private toChange({ position, events, digest, lastEvent }: Seen['state']): Partial<LogState> {
    return { witness: { position, events, digest, lastEvent, ...this.foreign.counts }, ...this.accepted.count };
  }

  private wake(): void {
    for (const check of this.waiting ?? []) check();
  }

  private async loadLists(): Promise<void> {
    await this.foreign.load(this.state);
    await this.accepted.load(this.row.state);
  }
}
