import type { JSONType } from '@eventstore/db-client';

/** One request. */
export interface Shot {
  readonly method?: string;
  readonly path: string;
  readonly body?: string;
  /** Asked for as soon as this is acknowledged, as of its position. */
  readonly see?: string;
}

/** Requests that so many clients send, each the next when the one before is answered. A task is done by one client, in order. */
export interface Salvo {
  readonly url: string;
  readonly token?: string;
  readonly clients: number;
  readonly tasks: readonly (readonly Shot[])[];
}

/** An event as it lies in the store. */
export interface Raw {
  readonly type: string;
  readonly data: Record<string, JSONType>;
  readonly metadata: Record<string, JSONType>;
}

/** Appends straight to the store. */
export interface Appends {
  readonly url: string;
  readonly namespace: string;
  readonly clients: number;
  readonly count: number;
  readonly event: Raw;
}

/** Wrong logins that are sent at once, each from a source of its own. */
export interface Burst {
  readonly url: string;
  readonly email: string;
  readonly count: number;
}

/** How one of them was answered, and after how many ms. */
export interface Answered {
  readonly status: number;
  readonly ms: number;
}

/** What came of it; times in ms. */
export interface Fired {
  seconds: number;
  readonly latencies: number[];
  /** From acknowledgement to the answer to `see`. */
  readonly seen: number[];
  refused: number;
}
