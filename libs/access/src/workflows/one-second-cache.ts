/** How old an answer may be: `'cached'` up to a second, `'fresh'` not at all. */
export type Freshness = 'cached' | 'fresh';

const second = 1_000;

/**
 * What was loaded in the last second, by id. Those who ask at once share a load, its age counts from its beginning,
 * and one that failed is nothing to go by.
 */
export class OneSecondCache<V> {
  private readonly loads = new Map<string, { readonly begun: number; readonly value: Promise<V> }>();

  /** @param room how many are kept; the oldest go first */
  constructor(
    private readonly load: (id: string) => Promise<V>,
    private readonly now: () => Date,
    private readonly room = 10_000,
  ) {}

  get(id: string, freshness: Freshness): Promise<V> {
    const begun = this.now().getTime();
    const known = this.loads.get(id);
    // A clock that was set back proves nothing fresh.
    if (freshness === 'cached' && known && begun >= known.begun && begun - known.begun < second) return known.value;
    const value = this.load(id);
    this.loads.delete(id);
    this.loads.set(id, { begun, value });
    if (this.loads.size > this.room) this.loads.delete(this.loads.keys().next().value!);
    value.catch(() => {
      if (this.loads.get(id)?.value === value) this.loads.delete(id);
    });
    return value;
  }
}
