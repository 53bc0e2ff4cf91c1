import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { unwrap, wrap } from './wrapping.js';

/** A key that authenticates events, and the part of the log in which it counts. */
export interface Generation {
  /** From 1. */
  readonly number: number;
  readonly key: KeyObject;
  /** Its events lie after this position of the log. */
  readonly after: number;
  /** Its events lie at or before this position. Absent in the current generation. */
  readonly last?: number | undefined;
}

/** The row as stored, wrapped; keys in hexadecimal digits. */
interface LogRow {
  readonly generations: readonly (Omit<Generation, 'key'> & { readonly key: string })[];
  /** Up to which position events without a MAC count; `null` while it is not known yet. */
  readonly unsignedUntil: number | null;
}

const rowName = 'log';
const boxName = 'secret:log';

/** The SQL that stores the row; `OR IGNORE`, because a vault of this build that is being created has it already. */
const insertRow = 'INSERT OR IGNORE INTO secret (name, box) VALUES (?, ?)';

/**
 * Creates the row of a vault, with the first generation.
 * @param unsignedUntil 0 for a new log; `null` for a log of an earlier build, which has to be taken over
 */
export function createLogKeys(db: DatabaseSync, vaultKey: KeyObject, unsignedUntil: 0 | null): void {
  const row: LogRow = { generations: [{ number: 1, key: randomBytes(32).toString('hex'), after: -1 }], unsignedUntil };
  db.prepare(insertRow).run(rowName, wrap(Buffer.from(JSON.stringify(row)), vaultKey, boxName));
}

/** The keys that authenticate the events of the log, all in one row, so that none of them can be removed alone. */
export class LogKeys {
  private generations: readonly Generation[] = [];
  private unsigned: number | null = null;
  private readonly eventIdKey: KeyObject;

  /**
   * @internal part of the vault
   * @throws Error of one line if the row is missing or is not of this vault
   */
  constructor(
    private readonly db: DatabaseSync,
    private readonly vaultKey: KeyObject,
    eventIdKey: string,
  ) {
    this.eventIdKey = createSecretKey(eventIdKey, 'hex');
    const stored = db.prepare('SELECT box FROM secret WHERE name = ?').get(rowName) as { box: Uint8Array } | undefined;
    if (!stored) throw new Error('the vault has lost the keys that authenticate the log: restore a backup of it');
    this.load(JSON.parse(unwrap(stored.box, vaultKey, boxName).toString()) as LogRow);
  }

  /** The generation of new events. */
  get current(): Generation {
    return this.generations.at(-1)!;
  }

  /** Up to this position, events without a MAC count; Infinity while the log of an earlier build is not taken over. */
  get unsignedUntil(): number {
    return this.unsigned ?? Infinity;
  }

  /** Returns whether the log is of an earlier build and has to be taken over. */
  get mustTakeOver(): boolean {
    return this.unsigned === null;
  }

  /** Returns a generation by its number, or undefined. */
  find(number: number): Generation | undefined {
    return this.generations[number - 1];
  }

  /** Returns the id of an event (UUIDv8), derived from its proposed id under a secret of the vault that never changes. */
  deriveEventId(proposedId: string): string {
    const bytes = createHmac('sha256', this.eventIdKey).update(proposedId).digest().subarray(0, 16);
    bytes[6] = (bytes[6]! & 0x0f) | 0x80;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  /** Saves up to which position events without a MAC count. */
  takeOver(unsignedUntil: number): void {
    this.save({ generations: this.generations.map(toStored), unsignedUntil });
  }

  /** Ends the current generation at a position of the log, and begins the next one there. */
  beginGeneration(position: number): void {
    const ended = this.generations.map((generation) => ({
      ...toStored(generation),
      last: Math.min(generation.last ?? Infinity, position),
    }));
    const next = { number: ended.length + 1, key: randomBytes(32).toString('hex'), after: position };
    this.save({ generations: [...ended, next], unsignedUntil: this.unsigned });
  }

  private save(row: LogRow): void {
    const box = wrap(Buffer.from(JSON.stringify(row)), this.vaultKey, boxName);
    this.db.prepare('UPDATE secret SET box = ? WHERE name = ?').run(box, rowName);
    this.load(row);
  }

  private load({ generations, unsignedUntil }: LogRow): void {
    this.generations = generations.map(({ key, ...generation }) => ({
      ...generation,
      key: createSecretKey(key, 'hex'),
    }));
    this.unsigned = unsignedUntil;
  }
}

const toStored = ({ key, ...generation }: Generation) => ({ ...generation, key: key.export().toString('hex') });
