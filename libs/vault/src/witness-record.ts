import type { KeyObject } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
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
}

/** What the witness has seen since the last save. */
export interface Seen {
  readonly state: Pick<WitnessState, 'position' | 'events' | 'digest' | 'lastEvent'>;
  readonly foreign: readonly ForeignEvent[];
  /** Streams that were deleted, or whose metadata were changed. */
  readonly changedStreams: readonly string[];
}

/** With more ranges, further foreign events are not listed, and so make their streams tampered. */
const MAX_RANGES = 10_000;

/** Foreign events that follow each other in a stream: first revision → last revision, by stream. */
type Ranges = Map<string, Map<number, number>>;

/** What the witness has seen of the log: how far it is, and which events are foreign. */
export class WitnessRecord {
  private readonly ranges: Ranges = new Map();
  private rangeCount = 0;
  private readonly changed = new Set<string>();
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
    return ranges !== undefined && [...ranges].some(([first, last]) => first <= revision && revision <= last);
  }

  /** Returns whether the stream was deleted or its metadata were changed. */
  isChanged(stream: string): boolean {
    return this.changed.has(stream);
  }

  /** Lists up to `limit` ranges of foreign events and changed streams, for operators. */
  listIncidents(limit: number): { stream: string; first?: number; last?: number }[] {
    const foreign = [...this.ranges].flatMap(([stream, ranges]) =>
      [...ranges].map(([first, last]) => ({ stream, first, last })),
    );
    return [...[...this.changed].map((stream) => ({ stream })), ...foreign].slice(0, limit);
  }

  /** Saves what was seen, all of it or nothing, and wakes the reads that wait for it. */
  save({ state, foreign, changedStreams }: Seen): void {
    try {
      inTransaction(this.db, () => {
        for (const { stream, revision } of foreign) this.addForeign(stream, revision);
        for (const stream of changedStreams) this.addChanged(stream);
        this.row.update({
          witness: { ...state, foreignRanges: this.rangeCount, changedStreams: this.changed.size },
        });
      });
    } catch (error) {
      // In memory, there is what the transaction would have stored, which was rolled back.
      this.row.reload();
      this.load();
      throw error;
    }
    for (const wake of this.waiting ?? []) wake();
  }

  /** Forgets everything, so that the log can be seen anew after a restore. */
  reset(): void {
    inTransaction(this.db, () => {
      this.db.exec('DELETE FROM foreign_range; DELETE FROM changed_stream');
      this.row.update({ witness: unseen });
    });
    this.ranges.clear();
    this.rangeCount = 0;
    this.changed.clear();
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

  private addForeign(stream: string, revision: number): void {
    if (this.isForeign(stream, revision)) return;
    const ranges = this.ranges.get(stream) ?? new Map<number, number>();
    const [first = revision] = [...ranges].find(([, last]) => last === revision - 1) ?? [];
    if (first === revision && this.rangeCount >= MAX_RANGES) return;
    const box = wrap(Buffer.from(String(revision)), this.vaultKey, rangeName(stream, first));
    this.db
      .prepare('INSERT OR REPLACE INTO foreign_range (stream, first, box) VALUES (?, ?, ?)')
      .run(stream, first, box);
    if (first === revision) this.rangeCount++;
    this.ranges.set(stream, ranges.set(first, revision));
  }

  private addChanged(stream: string): void {
    const box = wrap(Buffer.from(''), this.vaultKey, changedName(stream));
    this.db.prepare('INSERT OR REPLACE INTO changed_stream (stream, box) VALUES (?, ?)').run(stream, box);
    this.changed.add(stream);
  }

  private load(): void {
    this.ranges.clear();
    this.changed.clear();
    const ranges = this.db.prepare('SELECT stream, first, box FROM foreign_range').all();
    for (const { stream, first, box } of ranges as { stream: string; first: number; box: Uint8Array }[]) {
      const last = Number(unwrap(box, this.vaultKey, rangeName(stream, first)).toString());
      this.ranges.set(stream, (this.ranges.get(stream) ?? new Map<number, number>()).set(first, last));
    }
    const changed = this.db.prepare('SELECT stream, box FROM changed_stream').all();
    for (const { stream, box } of changed as { stream: string; box: Uint8Array }[]) {
      unwrap(box, this.vaultKey, changedName(stream));
      this.changed.add(stream);
    }
    this.rangeCount = ranges.length;
    const { foreignRanges, changedStreams } = this.state;
    if (ranges.length !== foreignRanges || changed.length !== changedStreams) throw new Error('rows are missing');
  }
}

const rangeName = (stream: string, first: number): string => `foreign:${first}:${stream}`;
const changedName = (stream: string): string => `changed:${stream}`;
