/** A bounded map that drops the entry that was not read or written for the longest time. Keeps no time: entries never expire. */
export class LruCache<K, V> {
  readonly #entries = new Map<K, V>();

  /** @param maxEntries how many entries are kept at most */
  constructor(private readonly maxEntries: number) {}

  /** Returns the value of a key and marks it as used, or returns undefined. */
  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) this.#moveToEnd(key, value);
    return value;
  }

  /** Adds or replaces an entry and marks it as used; drops the least recently used entry if the cache is full. */
  set(key: K, value: V): void {
    this.#moveToEnd(key, value);
    if (this.#entries.size > this.maxEntries) this.#entries.delete(this.#entries.keys().next().value!);
  }

  /** Removes an entry; does nothing if there is none. */
  delete(key: K): void {
    this.#entries.delete(key);
  }

  /** Removes every entry with this value. Visits all entries. */
  deleteByValue(value: V): void {
    for (const [key, each] of this.#entries) if (each === value) this.#entries.delete(key);
  }

  /** A Map iterates in the order of insertion, so the first key is the least recently used one. */
  #moveToEnd(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
  }
}
