import { createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import type { Statement } from './engine/engine.js';
import { addLogRow, type LogRow, type LogState, type StoredGeneration } from './log-row.js';
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
 * Returns the statement that creates what a vault knows about the log, with the first generation, unless it exists.
 * @param unsignedUntil 0 for a new log; `null` for a log of an earlier build, which has to be taken over
 */
export const createLogKeys = (vaultKey: KeyObject, unsignedUntil: 0 | null): Statement =>
  addLogRow(vaultKey, {
    generations: [{ number: 1, key: newKey(), after: -1 }],
    unsignedUntil,
    witness: unseen,
    addressesEntered: unsignedUntil === 0,
  });

/** The keys that authenticate the events of the log. */
export class LogKeys {
  private readonly eventIdKey: KeyObject;
  /** The generations of the row as it was read last. */
  private parsed: { readonly from: LogState['generations']; readonly generations: readonly Generation[] };

  /** @internal part of the vault */
  constructor(
    private readonly row: LogRow,
    eventIdKey: string,
  ) {
    this.eventIdKey = createSecretKey(eventIdKey, 'hex');
    this.parsed = parseGenerations(row.state);
  }

  private get generations(): readonly Generation[] {
    if (this.parsed.from !== this.row.state.generations) this.parsed = parseGenerations(this.row.state);
    return this.parsed.generations;
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
  takeOver(unsignedUntil: number): Promise<void> {
    return this.row.update(() => ({ change: { unsignedUntil } }));
  }

  /** Returns whether the key of the next generation was created by a rotation that has not ended. */
  get isNextPrepared(): boolean {
    return this.row.state.preparedKey !== undefined;
  }

  /** Creates the key of the next generation durably, unless it is there. Returns the number of that generation. */
  async prepareNext(): Promise<number> {
    const preparedKey = newKey();
    await this.row.update((state) => ({ change: { preparedKey: state.preparedKey ?? preparedKey } }));
    return this.generations.length + 1;
  }

  /** Ends the current generation at the event that names the prepared one, and begins that one there. */
  beginPrepared(position: number): Promise<void> {
    return this.row.update(({ generations, preparedKey }) => {
      if (preparedKey === undefined) throw new Error('no key is prepared');
      return { change: beginGeneration(generations, preparedKey, position) };
    });
  }

  /** Ends the current generation at a position of the log, and begins the next one there. Forgets a prepared key. */
  beginGeneration(position: number): Promise<void> {
    const key = newKey();
    return this.row.update(({ generations }) => ({ change: beginGeneration(generations, key, position) }));
  }
}

function beginGeneration(
  generations: LogState['generations'],
  key: string,
  position: number,
): Pick<LogState, 'generations' | 'preparedKey'> {
  const ended = generations.map((generation) => ({
    ...generation,
    last: Math.min(generation.last ?? Infinity, position),
  }));
  return { generations: [...ended, { number: ended.length + 1, key, after: position }], preparedKey: undefined };
}

const parseGenerations = ({ generations }: LogState) => ({
  from: generations,
  generations: generations.map(toGeneration),
});

const toGeneration = ({ key, ...generation }: StoredGeneration): Generation => ({
  ...generation,
  key: createSecretKey(key, 'hex'),
});
