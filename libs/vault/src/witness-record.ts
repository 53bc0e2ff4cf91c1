import type { KeyObject } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { AcceptedStreams, type SavedAcceptance } from './accepted-streams.js';
import type { LogRow, WitnessState } from './log-row.js';
import { inTransaction } from './transaction.js';
import { unwrap, wrap } from './wrapping.js';

/** The state before the first event. */
export const unseen: WitnessState = {
  position: -1,
  events: 0,
  digest: '',
  lastEvent: '',
  foreignRanges: 0,
  changedStreams: 0,
};

/** A foreign event: somebody else has appended it to one of our streams. */
export interface ForeignEvent {
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  readonly type: string;
}

/** What the witness has seen since the last save. */
export interface Seen {
  readonly state: Pick<WitnessState, 'position' | 'events' | 'digest' | 'lastEvent'>;
  readonly foreign: readonly ForeignEvent[];
  /** Streams that were deleted, or whose metadata were changed, with the position of that change. */
  readonly changedStreams: readonly { readonly stream: string; readonly position: number }[];
}

/** When and where the witness has seen an incident. Absent in records of earlier builds. */
interface Sighting {
  /** The position of its newest event. */
  readonly position?: number;
  /** When its first event was seen; UTC, ISO 8601. */
  readonly firstSeenAt?: string;
}

/** Foreign events that follow each other in a stream. */
interface ForeignRange extends Sighting {
  readonly last: number;
  /** The type of the newest event, cut to 100 characters; chosen by whoever has appended it. */
  readonly type?: string;
}

/** Foreign events, or a stream that was deleted or whose metadata were changed (without `first`, `last` and `type`). */
export interface WitnessIncident extends Partial<ForeignRange> {
  readonly stream: string;
  readonly first?: number;
  readonly isAcknowledged: boolean;
}

/** With more ranges, further foreign events are not listed, and so make their streams tampered. */
const MAX_RANGES = 10_000;
const MAX_TYPE_LENGTH = 100;

/** What the witness has seen of the log: how far it is, and which events are foreign; and what operators have accepted. */
export class WitnessRecord {
  /** Foreign events by stream and first revision. */
  private readonly ranges = new Map<string, Map<number, ForeignRange>>();
  private rangeCount = 0;
  private readonly changed = new Map<string, Sighting>();
  private readonly accepted: AcceptedStreams;
  /** The reads that wait for a position; `undefined` while no witness runs here. */
  private waiting: Set<() => void> | undefined;

  /**
   * @internal part of the vault
   * @throws Error of one line if a row of its lists was removed or changed
   */
  constructor(
    private readonly db: DatabaseSync,
    private readonly vaultKey: KeyObject,
    private readonly row: LogRow,
  ) {
    db.exec(`
      CREATE TABLE IF NOT EXISTS foreign_range (stream TEXT NOT NULL, first INTEGER NOT NULL, box BLOB NOT NULL, PRIMARY KEY (stream, first)) STRICT, WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS changed_stream (stream TEXT PRIMARY KEY, box BLOB NOT NULL) STRICT, WITHOUT ROWID;
    `);
    this.accepted = new AcceptedStreams(db, vaultKey, row);
    try {
      this.load();
    } catch (error) {
      throw new Error('the vault’s list of foreign events was changed: restore a backup of it', { cause: error });
    }
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
    const ranges = this.ranges.get(stream);
    return ranges !== undefined && [...ranges].some(([first, { last }]) => first <= revision && revision <= last);
  }

  /** Returns whether the stream was deleted or its metadata were changed, and no operator has accepted it since. */
  isChanged(stream: string): boolean {
    return this.changed.has(stream) && !this.accepted.isProposed(stream);
  }

  /** The streams that were deleted or whose metadata were changed, and that no operator has accepted since. */
  get changedStreams(): string[] {
    return [...this.changed.keys()].filter((stream) => this.isChanged(stream));
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
   * @param state what the witness has to have seen of the log, if it is not what it has seen
   */
  saveAccepted(stream: string, acceptance: SavedAcceptance, state?: Seen['state']): void {
    this.inTransaction(() => {
      this.accepted.save(stream, acceptance);
      this.db.prepare('DELETE FROM changed_stream WHERE stream = ?').run(stream);
      this.changed.delete(stream);
      this.updateRow(state ?? this.state);
    });
  }

  /** Up to this position, an operator has acknowledged foreign events and changed streams; -1: none. */
  get acknowledgedUntil(): number {
    return this.row.state.acknowledgedUntil ?? -1;
  }

  /** Saves that an operator has acknowledged the foreign events and changed streams up to a position. */
  acknowledge(position: number): void {
    this.row.update({ acknowledgedUntil: Math.max(position, this.acknowledgedUntil) });
  }

  /** Returns whether there are foreign events or changed streams up to a position that were neither acknowledged nor accepted. */
  hasUnacknowledged(until = Infinity): boolean {
    return this.incidents().some(({ isAcknowledged, position = -1 }) => !isAcknowledged && position <= until);
  }

  /** Lists up to `limit` ranges of foreign events and changed streams, newest first. */
  listIncidents(limit: number): WitnessIncident[] {
    return [...this.incidents()]
      .toSorted((one, other) => (other.position ?? -1) - (one.position ?? -1))
      .slice(0, limit);
  }

  /** Saves what was seen, all of it or nothing, and wakes the reads that wait for it. */
  save({ state, foreign, changedStreams }: Seen): void {
    this.inTransaction(() => {
      for (const event of foreign) this.addForeign(event);
      for (const { stream, position } of changedStreams) this.addChanged(stream, position);
      this.updateRow(state);
    });
    for (const wake of this.waiting ?? []) wake();
  }

  /**
   * Forgets what was seen, so that the log can be seen anew after a restore.
   * @param end the position of the log's last event: what operators have accepted and acknowledged later is forgotten, too
   */
  reset(end: number): void {
    this.inTransaction(() => {
      this.db.exec('DELETE FROM foreign_range; DELETE FROM changed_stream');
      this.accepted.removeAfter(end);
      this.row.update({ witness: unseen, acknowledgedUntil: Math.min(this.acknowledgedUntil, end) });
    });
    this.load();
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
    const isAcknowledged = ({ position = -1 }: Sighting) => position <= this.acknowledgedUntil;
    for (const [stream, sighting] of this.changed)
      yield { stream, ...sighting, isAcknowledged: isAcknowledged(sighting) };
    for (const [stream, ranges] of this.ranges) {
      const acceptedUntil = this.accepted.find(stream)?.revision ?? -1;
      for (const [first, range] of ranges)
        yield { stream, first, ...range, isAcknowledged: isAcknowledged(range) || range.last <= acceptedUntil };
    }
  }

  private addForeign({ stream, revision, position, type }: ForeignEvent): void {
    if (this.isForeign(stream, revision)) return;
    const ranges = this.ranges.get(stream) ?? new Map<number, ForeignRange>();
    const [first = revision, before] = [...ranges].find(([, { last }]) => last === revision - 1) ?? [];
    if (!before && this.rangeCount >= MAX_RANGES) return;
    const range = { last: revision, position, type: type.slice(0, MAX_TYPE_LENGTH), ...firstSeen(before) };
    const box = wrap(Buffer.from(JSON.stringify(range)), this.vaultKey, rangeName(stream, first));
    this.db
      .prepare('INSERT OR REPLACE INTO foreign_range (stream, first, box) VALUES (?, ?, ?)')
      .run(stream, first, box);
    if (!before) this.rangeCount++;
    this.ranges.set(stream, ranges.set(first, range));
  }

  private addChanged(stream: string, position: number): void {
    // A change from before the stream was accepted.
    if (position <= (this.accepted.find(stream)?.position ?? -1)) return;
    const sighting = { position, ...firstSeen(this.changed.get(stream)) };
    const box = wrap(Buffer.from(JSON.stringify(sighting)), this.vaultKey, changedName(stream));
    this.db.prepare('INSERT OR REPLACE INTO changed_stream (stream, box) VALUES (?, ?)').run(stream, box);
    this.changed.set(stream, sighting);
  }

  private updateRow({ position, events, digest, lastEvent }: Seen['state']): void {
    const counts = { foreignRanges: this.rangeCount, changedStreams: this.changed.size };
    this.row.update({ witness: { position, events, digest, lastEvent, ...counts } });
  }

  /** Runs `work` in one transaction. If it throws, the lists in memory are loaded again as they are stored. */
  private inTransaction(work: () => void): void {
    try {
      inTransaction(this.db, work);
    } catch (error) {
      this.row.reload();
      this.load();
      throw error;
    }
  }

  private load(): void {
    this.ranges.clear();
    this.changed.clear();
    const ranges = this.db.prepare('SELECT stream, first, box FROM foreign_range').all();
    for (const { stream, first, box } of ranges as { stream: string; first: number; box: Uint8Array }[]) {
      const range = parseRange(unwrap(box, this.vaultKey, rangeName(stream, first)));
      this.ranges.set(stream, (this.ranges.get(stream) ?? new Map<number, ForeignRange>()).set(first, range));
    }
    const changed = this.db.prepare('SELECT stream, box FROM changed_stream').all();
    for (const { stream, box } of changed as { stream: string; box: Uint8Array }[])
      this.changed.set(stream, parseSighting(unwrap(box, this.vaultKey, changedName(stream))));
    this.rangeCount = ranges.length;
    const { foreignRanges, changedStreams } = this.state;
    if (ranges.length !== foreignRanges || changed.length !== changedStreams) throw new Error('rows are missing');
    this.accepted.load();
  }
}

const firstSeen = (before: Sighting | undefined): Pick<Sighting, 'firstSeenAt'> => {
  if (!before) return { firstSeenAt: new Date().toISOString() };
  return before.firstSeenAt === undefined ? {} : { firstSeenAt: before.firstSeenAt };
};

/** An earlier build saved the last revision alone. */
function parseRange(box: Buffer): ForeignRange {
  const saved = JSON.parse(box.toString()) as number | ForeignRange;
  return typeof saved === 'number' ? { last: saved } : saved;
}

/** An earlier build saved an empty text. */
const parseSighting = (box: Buffer): Sighting => (box.length === 0 ? {} : (JSON.parse(box.toString()) as Sighting));

const rangeName = (stream: string, first: number): string => `foreign:${first}:${stream}`;
const changedName = (stream: string): string => `changed:${stream}`;
