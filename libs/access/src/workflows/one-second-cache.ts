import { LruCache } from '#libs/kernel';

/** `cached`: a value that was loaded at most one second ago will do. `fresh`: load it now. */
export type Freshness = 'cached' | 'fresh';

const maxAgeMs = 1_000;

/** Caches loaded values by id for one second. Concurrent calls share a load; its age counts from its start. Errors are not cached. */
export class OneSecondCache<V> {
  private readonly loads: LruCache<string, { readonly startedAt: number; readonly value: Promise<V> }>;

  constructor(
    private readonly load: (id: string) => Promise<V>,
    private readonly now: () => Date,
    maxEntries = 10_000,
  ) {
    this.loads = new LruCache(maxEntries);
  }

  /** Returns the value of an id from the cache, or loads it if `freshness` demands it. */
  get(id: string, freshness: Freshness): Promise<V> {
    const startedAt = this.now().getTime();
    const cached = this.loads.get(id);
    const age = cached && startedAt - cached.startedAt;
    // A negative age means that the clock was set back: the value may be of any age.
    if (freshness === 'cached' && age !== undefined && age >= 0 && age < maxAgeMs) return cached!.value;
    const value = this.load(id);
    this.loads.set(id, { startedAt, value });
    value.catch(() => {
      if (this.loads.get(id)?.value === value) this.loads.delete(id);
    });
    return value;
  }
}
