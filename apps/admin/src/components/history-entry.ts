/** Returns the number of the current entry in the tab's history. */
export const getHistoryIndex = (): number | undefined => readState()['__TSR_index'] as number | undefined;

/** Returns what was stored under a name in the current history entry. */
export const readHistoryEntry = (name: string): unknown => readState()[name];

/**
 * Stores a value in an entry of the tab's history, where Back, Forward and a reload find it again; does nothing if another
 * entry is the current one. Bypasses the router's own `replaceState`, which would render all links of the page again.
 */
export function storeInHistoryEntry(index: number | undefined, name: string, value: unknown): void {
  if (getHistoryIndex() !== index) return;
  History.prototype.replaceState.call(window.history, { ...readState(), [name]: value }, '');
}

const readState = (): Record<string, unknown> => (window.history.state ?? {}) as Record<string, unknown>;
