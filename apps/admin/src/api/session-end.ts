/** When the session ends unless it is used. `at` is in Unix milliseconds by this device's clock. */
export interface SessionEnd {
  readonly at: number;
  /** Whether the user must be warned now. */
  readonly isWarningDue: boolean;
}

/** The warning comes this many seconds before the end. */
const warningSeconds = 120;

let end: SessionEnd | undefined;
const listeners = new Set<() => void>();

/** Stores the session's end from a response. The header has a duration, so that a wrong clock of the device does not matter. */
export function storeSessionEnd({ headers }: Response): void {
  const seconds = headers.get('rollbook-session-ends-in');
  if (seconds === null) return;
  end = { at: Date.now() + Number(seconds) * 1_000, isWarningDue: Number(seconds) <= warningSeconds };
  for (const listener of listeners) listener();
}

/** Returns when the session ends by the latest response, or undefined before the first response. */
export const getSessionEnd = (): SessionEnd | undefined => end;

/** Returns the milliseconds until the user must be warned, at least 0. */
export const msUntilWarning = ({ at }: SessionEnd): number => Math.max(0, at - Date.now() - warningSeconds * 1_000);

/** Calls `listener` whenever the session's end has changed. Returns a function that unsubscribes it. */
export function subscribeSessionEnd(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
