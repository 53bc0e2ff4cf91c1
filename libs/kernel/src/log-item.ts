import type { Recorded } from './event.js';

/** An item of a subscription to the log. */
export type LogItem =
  | { readonly kind: 'event'; readonly event: Recorded }
  /** The log was searched up to `position`; there are no further events of this subscription before it. */
  | { readonly kind: 'checkpoint'; readonly position: number }
  /** All events that existed at the start were delivered; the following ones are live. */
  | { readonly kind: 'caughtUp' };
