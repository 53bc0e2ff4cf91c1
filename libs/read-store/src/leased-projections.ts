import { CompiledQuery, type Kysely } from 'kysely';
import type { LeaseTokens } from './checkpoints.js';
import { Lease, type RunSql } from '#libs/postgresql';
import type { Projection } from './projection.js';
import type { ReadStore } from './read-store.js';
import type { AnyTables } from './schema.js';
import { schemaOf } from './version-schema.js';

/** Runs statements of leases on the connections for batches. */
const runOn =
  (db: Kysely<AnyTables>): RunSql =>
  async (statement, parameters) =>
    (await db.executeQuery(CompiledQuery.raw(statement, [...parameters]))).rows;

/** Returns the lease on the tables in a schema. */
export const leaseOn = (store: ReadStore, schema: string, holder: string): Lease =>
  new Lease({ run: runOn(store.batchDb), table: 'lease', name: schema, holder });

/** Which projections this process writes: all on PGlite, which one process has to itself; on PostgreSQL those whose leases it holds. */
export class LeasedProjections {
  readonly #leases: ReadonlyMap<Projection, Lease>;

  constructor(
    private readonly store: ReadStore,
    private readonly projections: readonly Projection[],
    holder: string,
  ) {
    this.#leases = new Map(
      store.kind === 'pglite'
        ? []
        : projections.map((projection) => [projection, leaseOn(store, schemaOf(projection), holder)]),
    );
  }

  /** Takes the leases that are free, and those of the same holder from before a restart. Throws the database's errors. */
  async acquire(): Promise<void> {
    for (const lease of this.#leases.values()) await lease.attempt(true);
  }

  /** Renews leases and takes over expired ones from now on. `onChange` is called when other projections are held than before. */
  start(onChange: () => void, onError: (error: unknown) => void): void {
    for (const lease of this.#leases.values()) lease.start(onChange, onError);
  }

  /** Attempts all leases at once: a write has shown that one was lost. */
  async refresh(): Promise<void> {
    for (const lease of this.#leases.values()) await lease.attempt();
  }

  /** Gives all leases back. */
  async stop(): Promise<void> {
    await Promise.allSettled([...this.#leases.values()].map((lease) => lease.stop()));
  }

  /** The projections that this process writes now. */
  get held(): readonly Projection[] {
    return this.projections.filter((projection) => this.#isHeld(projection));
  }

  /** The projections that another process writes now, or none. */
  get followed(): readonly Projection[] {
    return this.projections.filter((projection) => !this.#isHeld(projection));
  }

  /** The tokens of the leases that are held. */
  get tokens(): LeaseTokens {
    return new Map(
      [...this.#leases].flatMap(([{ name }, { token }]) => (token === undefined ? [] : [[name, token] as const])),
    );
  }

  #isHeld(projection: Projection): boolean {
    return this.store.kind === 'pglite' || this.#leases.get(projection)!.token !== undefined;
  }
}
