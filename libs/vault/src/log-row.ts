import type { KeyObject } from 'node:crypto';
import { ChangedMeanwhile, mustChange, sql, type Engine, type Statement } from './engine/engine.js';
import { unwrap, wrap } from './wrapping.js';

/** A generation as stored; its key in hexadecimal digits. */
export interface StoredGeneration {
  readonly number: number;
  readonly key: string;
  readonly after: number;
  readonly last?: number | undefined;
}

/** How much of the log the witness has seen. */
export interface WitnessState {
  /** The position of the last event that it has seen; -1 before the first. */
  readonly position: number;
  /** How many authentic events there are up to it. */
  readonly events: number;
  /** A digest over all of them, in the order of the log; hexadecimal digits. */
  readonly digest: string;
  /** The digest of the event at `position`, '' before the first. */
  readonly lastEvent: string;
  /** How many rows its lists have, so that none can be removed unnoticed. */
  readonly foreignRanges: number;
  readonly changedStreams: number;
}

/** A response to a leak of the vault. The ids of its commands derive from its id. */
export interface LeakRun {
  readonly id: string;
  readonly reason: string;
  /** The generation of the log's key when it began: others may know that key. */
  readonly generation: number;
}

/** What the vault knows about the log. One row, so that no part of it can be removed or exchanged alone. */
export interface LogState {
  readonly generations: readonly StoredGeneration[];
  /** Up to which position events without a MAC count; `null` while it is not known yet. */
  readonly unsignedUntil: number | null;
  /** The key of the next generation, while a rotation has created it and not begun it; hexadecimal digits. */
  readonly preparedKey?: string | undefined;
  readonly witness: WitnessState;
  /** Whether the claims of addresses by earlier builds are in the table of addresses. Absent: no. */
  readonly addressesEntered?: boolean | undefined;
  /** How many rows the list of accepted streams has, so that none can be removed unnoticed. Absent: none. */
  readonly acceptedStreams?: number;
  /** Grows with each change of the lists, so that other servers know when to load them again. Absent: 0. */
  readonly listsVersion?: number;
  /** Up to this position, an operator has acknowledged foreign events and changed streams. Absent: none. */
  readonly acknowledgedUntil?: number;
  /** The key of links, device cookies and cursors since the last leak; hexadecimal digits. Absent: there was none. */
  readonly clientKey?: string;
  /** The key of the MACs of sessions and tokens since the last leak; hexadecimal digits. Absent: there was none. */
  readonly accessRowKey?: string;
  /** The response to a leak that was begun and has not ended. */
  readonly leakRun?: LeakRun | undefined;
}

const rowName = 'log';
export const logBoxName = 'secret:log';

/** A change of parts of the row, with statements that belong to it. */
export interface LogChange {
  readonly change: Partial<LogState>;
  readonly statements?: readonly Statement[];
}

/** The lists that belong to the row: their rows are counted there. */
interface LogLists {
  /** Loads them. Throws an Error if they do not belong to the row. */
  load(): Promise<void>;
  /** Is called after another server has changed the row. */
  onChange(): void;
}

/** Returns the statement that adds the row to a state, unless it has one. */
export const addLogRow = (vaultKey: KeyObject, state: LogState): Statement =>
  sql(
    'INSERT INTO secret (name, box) VALUES (?, ?) ON CONFLICT DO NOTHING',
    rowName,
    wrap(Buffer.from(JSON.stringify(state)), vaultKey, logBoxName),
  );

/** The row with what the vault knows about the log, encrypted and authenticated under the vault key. */
export class LogRow {
  private changing: Promise<unknown> = Promise.resolve();
  /** Whether the row or its lists in memory may differ from the stored ones. */
  private isStale = false;
  private lists: LogLists = { load: async () => {}, onChange: () => {} };

  private constructor(
    private readonly engine: Engine,
    private readonly vaultKey: KeyObject,
    private current: { readonly state: LogState; readonly box: Uint8Array },
  ) {}

  /**
   * Loads the row.
   * @throws Error of one line if the row is missing or is not of this vault
   */
  static async load(engine: Engine, vaultKey: KeyObject): Promise<LogRow> {
    return new LogRow(engine, vaultKey, await read(engine, vaultKey));
  }

  get state(): LogState {
    return this.current.state;
  }

  /**
   * Sets the lists that belong to the row, and loads them.
   * @throws Error if they do not belong to it
   */
  async setLists(lists: LogLists): Promise<void> {
    this.lists = lists;
    await this.reload();
  }

  /** Reads the row again if another server has changed it. */
  async refresh(): Promise<void> {
    const refreshed = this.changing.catch(() => {}).then(() => this.refreshNow());
    this.changing = refreshed;
    await refreshed;
  }

  /**
   * Changes parts of the row, in one transaction with other statements. Changes are made one after the other.
   * @param plan returns the change of the current state; it is called again if another server has changed the row meanwhile
   */
  async update(plan: (state: LogState) => LogChange): Promise<void> {
    const changed = this.changing.catch(() => {}).then(() => this.apply(plan));
    this.changing = changed;
    await changed;
  }

  private async apply(plan: (state: LogState) => LogChange): Promise<void> {
    for (;;) {
      if (this.isStale) await this.reload();
      const { state, box } = this.current;
      try {
        const { change, statements = [] } = plan(state);
        const listsVersion = (state.listsVersion ?? 0) + (statements.length > 0 ? 1 : 0);
        const next = { ...state, ...change, listsVersion };
        const nextBox = wrap(Buffer.from(JSON.stringify(next)), this.vaultKey, logBoxName);
        const save = sql('UPDATE secret SET box = ? WHERE name = ? AND box = ?', nextBox, rowName, box);
        await this.engine.run([mustChange(save), ...statements]);
        this.current = { state: next, box: nextBox };
        return;
      } catch (error) {
        this.isStale = true;
        if (error instanceof ChangedMeanwhile) continue;
        // If the row can't be read either, the next change tries again.
        await this.reload().catch(() => {});
        throw error;
      }
    }
  }

  private async refreshNow(): Promise<void> {
    const { state, box } = this.current;
    const stored = await read(this.engine, this.vaultKey);
    if (Buffer.compare(box, stored.box) === 0) return;
    if (this.isStale || stored.state.listsVersion !== state.listsVersion) await this.reload();
    else this.current = stored;
    this.lists.onChange();
  }

  /** Reads the row and its lists again. While another server changes both, they may not belong together: then again. */
  private async reload(): Promise<void> {
    for (;;) {
      this.current = await read(this.engine, this.vaultKey);
      try {
        await this.lists.load();
        this.isStale = false;
        return;
      } catch (error) {
        const { box } = await read(this.engine, this.vaultKey);
        if (Buffer.compare(box, this.current.box) === 0) throw error;
      }
    }
  }
}

async function read(engine: Engine, vaultKey: KeyObject): Promise<{ state: LogState; box: Uint8Array }> {
  const [stored] = await engine.query<{ box: Uint8Array }>(sql('SELECT box FROM secret WHERE name = ?', rowName));
  if (!stored) throw new Error('the vault has lost what it knows about the log: restore a backup of it');
  const { box } = stored;
  return { state: openLogBox(box, vaultKey), box };
}

/** Decrypts the row. Throws an Error of one line if it is not of this vault. */
export function openLogBox(box: Uint8Array, vaultKey: KeyObject): LogState {
  try {
    return JSON.parse(unwrap(box, vaultKey, logBoxName).toString()) as LogState;
  } catch (error) {
    throw new Error('what the vault knows about the log was changed: restore a backup of it', { cause: error });
  }
}
