import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { LogRow, type StoredGeneration } from './log-row.js';
import { unseen } from './witness-record.js';

/** A key that authenticates events, and the part of the log in which it is valid. */
export interface Generation {
  /** From 1. */
  readonly number: number;
  readonly key: KeyObject;
  /** Its events lie after this position of the log. */
  readonly after: number;
  /** Its events lie at or before this position. Absent in the current generation. */
  readonly last?: number | undefined;
}

const newKey = (): string => randomBytes(32).toString('hex');

/**
 * Creates what a vault knows about the log, with the first generation, unless it exists.
 * @param unsignedUntil 0 for a new log; `null` for a log of an earlier build, which has to be taken over
 */
export function createLogKeys(db: DatabaseSync, vaultKey: KeyObject, unsignedUntil: 0 | null): void {
  LogRow.create(db, vaultKey, {
    generations: [{ number: 1, key: newKey(), after: -1 }],
    unsignedUntil,
    witness: unseen,
    addressesEntered: unsignedUntil === 0,
  });
}

/** The keys that authenticate the events of the log. */
export class LogKeys {
  private generations: readonly Generation[];
  private readonly eventIdKey: KeyObject;

  /** @internal part of the vault */
  constructor(
    private readonly row: LogRow,
    eventIdKey: string,
  ) {
    this.eventIdKey = createSecretKey(eventIdKey, 'hex');
    this.generations = row.state.generations.map(toGeneration);
  }

  /** The generation of new events. */
  get current(): Generation {
    return this.generations.at(-1)!;
  }

  /** Up to this position, events without a MAC count; Infinity while the log of an earlier build is not taken over. */
  get unsignedUntil(): number {
    return this.row.state.unsignedUntil ?? Infinity;
  }

  /** Returns whether the log is of an earlier build and has to be taken over. */
  get mustTakeOver(): boolean {
    return this.row.state.unsignedUntil === null;
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
  async takeOver(unsignedUntil: number): Promise<void> {
    this.row.update({ unsignedUntil });
  }

  /** Returns whether the key of the next generation was created by a rotation that has not ended. */
  get isNextPrepared(): boolean {
    return this.row.state.preparedKey !== undefined;
  }

  /** Creates the key of the next generation durably, unless it is there. Returns the number of that generation. */
  async prepareNext(): Promise<number> {
    if (!this.isNextPrepared) this.row.update({ preparedKey: newKey() });
    return this.generations.length + 1;
  }

  /** Ends the current generation at the event that names the prepared one, and begins that one there. */
  async beginPrepared(position: number): Promise<void> {
    const { preparedKey } = this.row.state;
    if (preparedKey === undefined) throw new Error('no key is prepared');
    this.begin(preparedKey, position);
  }

  /** Ends the current generation at a position of the log, and begins the next one there. Forgets a prepared key. */
  async beginGeneration(position: number): Promise<void> {
    this.begin(newKey(), position);
  }

  private begin(key: string, position: number): void {
    const ended = this.row.state.generations.map((generation) => ({
      ...generation,
      last: Math.min(generation.last ?? Infinity, position),
    }));
    this.row.update({
      generations: [...ended, { number: ended.length + 1, key, after: position }],
      preparedKey: undefined,
    });
    this.generations = this.row.state.generations.map(toGeneration);
  }
}

const toGeneration = ({ key, ...generation }: StoredGeneration): Generation => ({
  ...generation,
  key: createSecretKey(key, 'hex'),
});
