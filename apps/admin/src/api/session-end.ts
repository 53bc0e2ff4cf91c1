/** When the session ends if nobody uses it; Unix ms of this machine. */
export interface SessionEnd {
  readonly at: number;
  /** So soon that people are warned. */
  readonly isNear: boolean;
}

/** How long before its end people are warned, s. */
const warning = 120;

let end: SessionEnd | undefined;
const listeners = new Set<() => void>();

/** Each answer tells how long the session lasts, so that it matters little what time this machine takes it to be. */
export function readSessionEnd({ headers }: Response): void {
  const seconds = headers.get('rollbook-session-ends-in');
  if (seconds === null) return;
  end = { at: Date.now() + Number(seconds) * 1_000, isNear: Number(seconds) <= warning };
  for (const listener of listeners) listener();
}

export const lastSessionEnd = (): SessionEnd | undefined => end;

/** How long it is until people are to be warned, ms. */
export const untilWarning = ({ at }: SessionEnd): number => Math.max(0, at - Date.now() - warning * 1_000);

export function onSessionEnd(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
