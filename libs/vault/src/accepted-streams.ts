import type { KeyObject } from 'node:crypto';
import { sql, type Engine, type Statement } from './engine/engine.js';
import type { LogState } from './log-row.js';
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
 * their number, so that none can be removed alone. Changes are made in memory, and return the statements that save them; the
 * caller calls {@link load} if these fail.
 */
export class AcceptedStreams {
  private readonly byStream = new Map<string, SavedAcceptance>();
  private readonly proposed = new Map<string, SavedAcceptance>();

  /** @internal part of the vault */
  constructor(
    private readonly engine: Engine,
    private readonly vaultKey: KeyObject,
  ) {}

  /** How many rows the list has. */
  get count(): Required<Pick<LogState, 'acceptedStreams'>> {
    return { acceptedStreams: this.byStream.size };
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
  save(stream: string, acceptance: SavedAcceptance): Statement[] {
    const box = wrap(Buffer.from(JSON.stringify(acceptance)), this.vaultKey, acceptedBoxName(stream));
    this.byStream.set(stream, acceptance);
    this.proposed.delete(stream);
    const save =
      'INSERT INTO accepted_stream (stream, box) VALUES (?, ?) ON CONFLICT (stream) DO UPDATE SET box = excluded.box';
    return [sql(save, stream, box)];
  }

  /** Removes the acceptances whose events lie after a position of the log. */
  removeAfter(position: number): Statement[] {
    const later = [...this.byStream].filter(([, acceptance]) => acceptance.position > position);
    return later.map(([stream]) => {
      this.byStream.delete(stream);
      return sql('DELETE FROM accepted_stream WHERE stream = ?', stream);
    });
  }

  /** Loads all rows. Throws an Error if a row was changed, or if there are not as many rows as expected. */
  async load({ acceptedStreams = 0 }: Pick<LogState, 'acceptedStreams'>): Promise<void> {
    const rows = await this.engine.query<{ stream: string; box: Uint8Array }>(
      sql('SELECT stream, box FROM accepted_stream'),
    );
    this.byStream.clear();
    for (const { stream, box } of rows)
      this.byStream.set(
        stream,
        JSON.parse(unwrap(box, this.vaultKey, acceptedBoxName(stream)).toString()) as SavedAcceptance,
      );
    if (rows.length !== acceptedStreams) throw new Error('rows are missing');
  }
}

export const acceptedBoxName = (stream: string): string => `accepted:${stream}`;
