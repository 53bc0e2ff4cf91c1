import { useCallback, useEffect, useRef, useState } from 'react';
import { useMe } from '../api/me';
import { getHistoryIndex, readHistoryEntry, storeInHistoryEntry } from '../components/history-entry';

/** What the list remembers in its history entry. It is not in the address, because the search text may be a name. */
interface ListMemory {
  /** Another caller in the same tab gets none of it. */
  readonly callerId: string;
  readonly search: string;
  readonly selected: readonly string[];
  /** How far the list is scrolled, in pixels. */
  readonly offset: number;
}

const memoryName = 'userList';
/** Milliseconds between two writes while somebody scrolls; browsers allow about 100 writes in ten seconds. */
const scrollPauseMs = 200;

/** Returns the search, selection and place with which the list was left in this history entry. */
export function useRememberedList(): ListMemory {
  const callerId = useMe().actor.id;
  return useState(() => {
    const memory = readHistoryEntry(memoryName) as ListMemory | undefined;
    return memory?.callerId === callerId ? memory : { callerId, search: '', selected: [], offset: 0 };
  })[0];
}

/** Keeps the search, selection and place of the list in the history entry. Returns the function to call when the list is scrolled. */
export function useStoreList(
  remembered: ListMemory,
  { search, selected }: { search: string; selected: ReadonlySet<string> },
): (offset: number) => void {
  const [index] = useState(getHistoryIndex);
  const memory = useRef(remembered);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const store = useCallback(
    (change: Partial<ListMemory>) => {
      memory.current = { ...memory.current, ...change };
      storeInHistoryEntry(index, memoryName, memory.current);
    },
    [index],
  );
  useEffect(() => store({ search, selected: [...selected] }), [store, search, selected]);
  // When the filter in the address changes, the router replaces the entry.
  useEffect(() => {
    if (readHistoryEntry(memoryName) === undefined) store({});
  });
  useEffect(() => {
    // A click may lead to another page at once.
    const flush = () => store({});
    document.addEventListener('click', flush, true);
    return () => {
      clearTimeout(timer.current);
      document.removeEventListener('click', flush, true);
    };
  }, [store]);
  return (offset) => {
    memory.current = { ...memory.current, offset };
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      store({});
    }, scrollPauseMs);
  };
}
