import type { KeyObject } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { LogRow } from './log-row.js';
import { unwrap, wrap } from './wrapping.js';

/** What an operator has accepted of a tampered stream, as the vault keeps it. */
export interface SavedAcceptance {
  /** The last revision of the stream at that time. */
  readonly revision: number;
  /** The revisions of the accepted events: ranges, both ends inclusive, ascending. */
  readonly events: readonly (readonly [first: number, last: number])[];
  /** The position of the event that records the acceptance. */
  readonly position: number;
}

/**
 * The tampered streams that operators have accepted. Each row is encrypted and authenticated, and the row about the log has
 * their number, so that none can be removed alone. Changes need a transaction of the caller, who calls {@link load} if it fails.
 */
export class AcceptedStreams {
  private readonly byStream = new Map<string, SavedAcceptance>();
  private readonly proposed = new Map<string, SavedAcceptance>();

  /** @internal part of the vault */
  constructor(
    private readonly db: DatabaseSync,
    private readonly vaultKey: KeyObject,
    private readonly row: LogRow,
  ) {
    db.exec(
      'CREATE TABLE IF NOT EXISTS accepted_stream (stream TEXT PRIMARY KEY, box BLOB NOT NULL) STRICT, WITHOUT ROWID',
    );
  }

  /** Returns what is accepted of a stream. */
  find(stream: string): SavedAcceptance | undefined {
    return this.proposed.get(stream) ?? this.byStream.get(stream);
  }

  /** The positions of the events of all saved acceptances. */
  get positions(): number[] {
    return [...this.byStream.values()].map(({ position }) => position);
  }

  /** Lets {@link find} return an acceptance that is not saved. */
  propose(stream: string, acceptance: SavedAcceptance): void {
    this.proposed.set(stream, acceptance);
  }

  /** Returns whether an acceptance of this stream is proposed and not saved. */
  isProposed(stream: string): boolean {
    return this.proposed.has(stream);
  }

  /** Saves an acceptance instead of an earlier one of the stream. */
  save(stream: string, acceptance: SavedAcceptance): void {
    const box = wrap(Buffer.from(JSON.stringify(acceptance)), this.vaultKey, boxName(stream));
    this.db.prepare('INSERT OR REPLACE INTO accepted_stream (stream, box) VALUES (?, ?)').run(stream, box);
    this.byStream.set(stream, acceptance);
    this.proposed.delete(stream);
    this.row.update({ acceptedStreams: this.byStream.size });
  }

  /** Removes the acceptances whose events lie after a position of the log. */
  removeAfter(position: number): void {
    for (const [stream, acceptance] of this.byStream) {
      if (acceptance.position <= position) continue;
      this.db.prepare('DELETE FROM accepted_stream WHERE stream = ?').run(stream);
      this.byStream.delete(stream);
    }
    this.row.update({ acceptedStreams: this.byStream.size });
  }

  /** Loads what is stored. Throws an Error if a row was changed or removed. */
  load(): void {
    this.byStream.clear();
    const rows = this.db.prepare('SELECT stream, box FROM accepted_stream').all();
    for (const { stream, box } of rows as { stream: string; box: Uint8Array }[])
      this.byStream.set(stream, JSON.parse(unwrap(box, this.vaultKey, boxName(stream)).toString()) as SavedAcceptance);
    if (rows.length !== (this.row.state.acceptedStreams ?? 0)) throw new Error('rows are missing');
  }
}

const boxName = (stream: string): string => `accepted:${stream}`;
