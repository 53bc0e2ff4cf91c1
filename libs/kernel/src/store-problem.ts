import type { RefusalCodeOf } from './refusal-codes.js';
import { Refusal } from './refusal.js';

/** The stores of an installation. */
export const storeNames = ['event-store', 'read-store', 'vault'] as const;
export type StoreName = (typeof storeNames)[number];

/** Why a store can not be used. Contains no credentials and no personal data. */
export interface StoreProblem {
  /** `away`: the store can not be reached or does not answer; `full`: it accepts no writes. A store can have both. */
  readonly kind: 'away' | 'full';
  /** Stable, for programs: `no-answer`, `disk-full`, … */
  readonly code: string;
  /** One sentence for operators. */
  readonly detail: string;
}

/** Receives the state of a store whenever it is observed; repeated calls with the same state have no effect. */
export interface StoreObserver {
  failed(problem: StoreProblem): void;
  recovered(kind: StoreProblem['kind']): void;
}

/** Ignores the state of a store. */
export const noObserver: StoreObserver = { failed: () => {}, recovered: () => {} };

/** A store can not be used now; a retry may succeed. */
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
