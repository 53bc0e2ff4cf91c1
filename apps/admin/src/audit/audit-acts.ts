import type { AuditItem } from '../api/audit';

/** The items of one act, which share a correlation id; oldest first. */
export interface Act {
  readonly id: string;
  readonly items: readonly AuditItem[];
}

/** A row of the audit: one item, or an act of several, whose items follow while it is open. */
export type AuditRow =
  | { readonly id: string; readonly item: AuditItem; readonly isInside: boolean }
  | { readonly id: string; readonly act: Act; readonly isOpen: boolean };

/** Groups items, newest first, by act: each act stands where its newest item stands. */
function groupByAct(items: readonly AuditItem[]): Act[] {
  const acts = new Map<string, AuditItem[]>();
  for (const item of items) {
    const act = acts.get(item.correlationId);
    if (act) act.unshift(item);
    else acts.set(item.correlationId, [item]);
  }
  return [...acts].map(([id, ofAct]) => ({ id, items: ofAct }));
}

const itemRow = (item: AuditItem, isInside: boolean): AuditRow => ({ id: String(item.position), item, isInside });

/**
 * Returns the rows of a list of items, newest first; `openActs` has the ids of the acts whose items are shown. Those of
 * `ungroupedAct` are rows of their own.
 */
export const toRows = (
  items: readonly AuditItem[],
  openActs: ReadonlySet<string>,
  ungroupedAct: string | undefined,
): AuditRow[] =>
  groupByAct(items).flatMap((act): AuditRow[] => {
    if (act.items.length === 1 || act.id === ungroupedAct) return act.items.map((item) => itemRow(item, false));
    const isOpen = openActs.has(act.id);
    return [{ id: act.id, act, isOpen }, ...(isOpen ? act.items.map((item) => itemRow(item, true)) : [])];
  });

/** Returns the items of an act with different subjects. */
export function findSubjects({ items }: Act): readonly AuditItem[] {
  const ids = new Set<string>();
  return items.filter(({ subject: { kind, id } }) => {
    const key = `${kind} ${id}`;
    return !ids.has(key) && ids.add(key);
  });
}
