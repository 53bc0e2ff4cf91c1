/** When the session ends if nobody uses it; Unix ms of this machine. */
export interface SessionEnd {
  readonly at: number;
  /** So soon that people are warned. */
  readonly isWarningDue: boolean;
}

/** How long before its end people are warned, s. */
const warningSeconds = 120;

let end: SessionEnd | undefined;
const listeners = new Set<() => void>();

/** Each answer tells how long the session lasts, so that it matters little what time this machine takes it to be. */
export function storeSessionEnd({ headers }: Response): void {
  const seconds = headers.get('rollbook-session-ends-in');
  if (seconds === null) return;
  end = { at: Date.now() + Number(seconds) * 1_000, isWarningDue: Number(seconds) <= warningSeconds };
  for (const listener of listeners) listener();
}

export const getSessionEnd = (): SessionEnd | undefined => end;

/** How long it is until people are to be warned, ms. */
export const msUntilWarning = ({ at }: SessionEnd): number => Math.max(0, at - Date.now() - warningSeconds * 1_000);

export function subscribeSessionEnd(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
