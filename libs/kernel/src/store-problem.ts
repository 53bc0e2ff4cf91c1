import type { RefusalCodeOf } from './refusal-codes.js';
import { Refusal } from './refusal.js';

/** Where an installation keeps things. */
export const storeNames = ['event-store', 'read-store', 'vault'] as const;
export type StoreName = (typeof storeNames)[number];

/** Why a store can't be used. Holds no credentials and nothing personal. */
export interface StoreProblem {
  /** `away`: it can't be reached or does not answer; `full`: it takes no more writes. A store can have one of each. */
  readonly kind: 'away' | 'full';
  /** Stable, for programs: `no-answer`, `disk-full`, … */
  readonly code: string;
  /** One sentence for the people who run the installation. */
  readonly detail: string;
}

/** Is told how a store is, as often as its user finds out: the same news again changes nothing. */
export interface StoreObserver {
  failed(problem: StoreProblem): void;
  recovered(kind: StoreProblem['kind']): void;
}

/** For users of a store that tell nobody. */
export const noObserver: StoreObserver = { failed: () => {}, recovered: () => {} };

/** A store can't be used now; it may be in a moment. */
export class StoreUnavailable extends Refusal {
  constructor(
    code: RefusalCodeOf<'unavailable'>,
    detail: string,
    readonly problem: StoreProblem,
    override readonly cause?: unknown,
  ) {
    super(code, 'unavailable', detail);
  }
}
