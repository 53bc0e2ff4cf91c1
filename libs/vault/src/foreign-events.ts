import type { KeyObject } from 'node:crypto';
import { sql, type Engine, type Statement } from './engine/engine.js';
import type { WitnessState } from './log-row.js';
import { unwrap, wrap } from './wrapping.js';

/** A foreign event: somebody else has appended it to one of our streams. */
export interface ForeignEvent {
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
  readonly type: string;
}

/** When and where the witness has seen something. Absent in records of earlier builds. */
interface Sighting {
  /** The position of the newest event. */
  readonly position?: number;
  /** When the first event was seen; UTC, ISO 8601. */
  readonly firstSeenAt?: string;
}

/** Foreign events that follow each other in a stream. */
interface ForeignRange extends Sighting {
  readonly last: number;
  /** The type of the newest event as its author has chosen it, cut to 100 characters. */
  readonly type?: string;
}

/** Foreign events, or a stream that was deleted or whose metadata were changed (without `first`, `last` and `type`). */
export interface SeenIncident extends Partial<ForeignRange> {
  readonly stream: string;
  readonly first?: number;
}

/** With more ranges, further foreign events are not listed, and so make their streams tampered. */
const MAX_RANGES = 10_000;
const MAX_TYPE_LENGTH = 100;

/**
 * The lists of foreign events, and of streams that were deleted or whose metadata were changed. Each row is encrypted and
 * authenticated. Changes are made in memory, and return the statements that save them; the caller calls {@link load} if
 * these fail.
 */
export class ForeignEvents {
  /** By stream and first revision. */
  private readonly ranges = new Map<string, Map<number, ForeignRange>>();
  private rangeCount = 0;
  private readonly changed = new Map<string, Sighting>();

  /** @internal part of the vault */
  constructor(
    private readonly engine: Engine,
    private readonly vaultKey: KeyObject,
  ) {}

  /** How many rows the lists have. */
  get counts(): Pick<WitnessState, 'foreignRanges' | 'changedStreams'> {
    return { foreignRanges: this.rangeCount, changedStreams: this.changed.size };
  }

  /** Returns whether an event is in the list. */
  has(stream: string, revision: number): boolean {
    const ranges = this.ranges.get(stream);
    return ranges !== undefined && [...ranges].some(([first, { last }]) => first <= revision && revision <= last);
  }

  /** The streams that were deleted or whose metadata were changed. */
  get changedStreams(): ReadonlySet<string> {
    return new Set(this.changed.keys());
  }

  /** Returns whether a stream was deleted or its metadata were changed. */
  isChanged(stream: string): boolean {
    return this.changed.has(stream);
  }

  /** All that is listed. */
  *all(): Generator<SeenIncident> {
    for (const [stream, sighting] of this.changed) yield { stream, ...sighting };
    for (const [stream, ranges] of this.ranges) for (const [first, range] of ranges) yield { stream, first, ...range };
  }

  /** Adds a foreign event, unless it is listed or the list is full. */
  addEvent({ stream, revision, position, type }: ForeignEvent): Statement[] {
    if (this.has(stream, revision)) return [];
    const ranges = this.ranges.get(stream) ?? new Map<number, ForeignRange>();
    const [first = revision, before] = [...ranges].find(([, { last }]) => last === revision - 1) ?? [];
    if (!before && this.rangeCount >= MAX_RANGES) return [];
    const range = { last: revision, position, type: type.slice(0, MAX_TYPE_LENGTH), ...firstSeen(before) };
    const box = wrap(Buffer.from(JSON.stringify(range)), this.vaultKey, rangeBoxName(stream, first));
    if (!before) this.rangeCount++;
    this.ranges.set(stream, ranges.set(first, range));
    const save =
      'INSERT INTO foreign_range (stream, first, box) VALUES (?, ?, ?) ON CONFLICT (stream, first) DO UPDATE SET box = excluded.box';
    return [sql(save, stream, first, box)];
  }

  /** Adds a stream that was deleted or whose metadata were changed. */
  addChanged(stream: string, position: number): Statement[] {
    const sighting = { position, ...firstSeen(this.changed.get(stream)) };
    const box = wrap(Buffer.from(JSON.stringify(sighting)), this.vaultKey, changedBoxName(stream));
    this.changed.set(stream, sighting);
    const save =
      'INSERT INTO changed_stream (stream, box) VALUES (?, ?) ON CONFLICT (stream) DO UPDATE SET box = excluded.box';
    return [sql(save, stream, box)];
  }

  /** Removes a stream from the list of those that were deleted or whose metadata were changed. */
  removeChanged(stream: string): Statement[] {
    this.changed.delete(stream);
    return [sql('DELETE FROM changed_stream WHERE stream = ?', stream)];
  }

  /** Removes everything. */
  clear(): Statement[] {
    this.forget();
    return [sql('DELETE FROM foreign_range'), sql('DELETE FROM changed_stream')];
  }

  /** Loads all rows. Throws an Error if a row was changed, or if the lists do not have as many rows as expected. */
  async load({ foreignRanges, changedStreams }: Pick<WitnessState, 'foreignRanges' | 'changedStreams'>): Promise<void> {
    const ranges = await this.engine.query<{ stream: string; first: number; box: Uint8Array }>(
      sql('SELECT stream, first, box FROM foreign_range'),
    );
    const changed = await this.engine.query<{ stream: string; box: Uint8Array }>(
      sql('SELECT stream, box FROM changed_stream'),
    );
    this.forget();
    for (const { stream, first, box } of ranges) {
      const range = parseRange(unwrap(box, this.vaultKey, rangeBoxName(stream, first)));
      this.ranges.set(stream, (this.ranges.get(stream) ?? new Map<number, ForeignRange>()).set(first, range));
    }
    this.rangeCount = ranges.length;
    for (const { stream, box } of changed)
      this.changed.set(stream, parseSighting(unwrap(box, this.vaultKey, changedBoxName(stream))));
    if (ranges.length !== foreignRanges || changed.length !== changedStreams) throw new Error('rows are missing');
  }

  private forget(): void {
    this.ranges.clear();
    this.rangeCount = 0;
    this.changed.clear();
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

export const rangeBoxName = (stream: string, first: number): string => `foreign:${first}:${stream}`;
export const changedBoxName = (stream: string): string => `changed:${stream}`;
