import type { JSONType } from '@eventstore/db-client';

/** One request. */
export interface Shot {
  readonly method?: string;
  readonly path: string;
  readonly body?: string;
  /** A path that is read as soon as this request is acknowledged, as of its position. */
  readonly see?: string;
}

/** Requests of several clients. Each client sends the next request after the response to the previous one, and does a whole task in order. */
export interface Salvo {
  readonly url: string;
  readonly token?: string;
  readonly clients: number;
  readonly tasks: readonly (readonly Shot[])[];
}

/** An event as it is stored. */
export interface Raw {
  readonly type: string;
  readonly data: Record<string, JSONType>;
  readonly metadata: Record<string, JSONType>;
}

/** Appends directly to the store. */
export interface Appends {
  readonly url: string;
  readonly namespace: string;
  readonly clients: number;
  readonly count: number;
  readonly event: Raw;
}

/** Wrong logins that are sent at once, each from its own source. */
export interface Burst {
  readonly url: string;
  readonly email: string;
  readonly count: number;
}

/** The response to one of them, and its time in ms. */
export interface Answered {
  readonly status: number;
  readonly ms: number;
}

/** The result of a load; times in ms. */
export interface Fired {
  seconds: number;
  readonly latencies: number[];
  /** Times from the acknowledgement to the response to `see`. */
  readonly seen: number[];
  refused: number;
}
