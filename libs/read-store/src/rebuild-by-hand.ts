import { setTimeout as pause } from 'node:timers/promises';
import type { BuildProgress } from './build-progress.js';
import { LeaseLost } from '#libs/postgresql';
import { leaseOn } from './leased-projections.js';
import type { Projection, SubscribeToLog } from './projection.js';
import type { ReadStore } from './read-store.js';
import { rebuildProjection } from './rebuild.js';
import { rebuildSchemaOf } from './version-schema.js';

export interface RebuildByHandOptions {
  readonly store: ReadStore;
  readonly projection: Projection;
  readonly subscribe: SubscribeToLog;
  /** Names this process in the lease on PostgreSQL. */
  readonly holder: string;
  readonly onProgress: (progress: BuildProgress) => void;
  /** Ends it between two batches; the next call continues it. */
  readonly signal: AbortSignal;
  /** Whether to drop what an earlier attempt has built, instead of continuing it. */
  readonly restart?: boolean;
}

/** How long, in ms, it waits for the lease of a process that was killed: a little longer than that lasts. */
const LEASE_WAIT_MS = 8_000;

/** The schemas that this process rebuilds on PGlite, which no other process uses. */
const rebuilding = new WeakMap<ReadStore, Set<string>>();

/**
 * Builds the tables of a projection anew beside those that are read, while servers run, and exchanges them in one transaction.
 * Continues an attempt that was broken off.
 * @throws Error of one line if another rebuild of it runs, or if its tables are not built yet; what `signal` says
 */
export async function rebuildByHand({ holder, signal, ...options }: RebuildByHandOptions): Promise<void> {
  const { store, projection } = options;
  if (store.kind === 'pglite') {
    const running = rebuilding.get(store) ?? new Set();
    rebuilding.set(store, running);
    if (running.has(projection.name)) throw alreadyRunning(projection);
    running.add(projection.name);
    try {
      await rebuildProjection({ ...options, signal, token: 0 });
    } finally {
      running.delete(projection.name);
    }
    return;
  }
  const lease = leaseOn(store, rebuildSchemaOf(projection), holder);
  const end = performance.now() + LEASE_WAIT_MS;
  for (await lease.attempt(); lease.token === undefined; await lease.attempt()) {
    if (performance.now() > end) throw alreadyRunning(projection);
    await pause(500, undefined, { signal });
  }
  const { token } = lease;
  const lost = new AbortController();
  // An attempt that fails is repeated; each write checks the token.
  lease.start(
    () => lost.abort(new LeaseLost()),
    () => {},
  );
  try {
    await rebuildProjection({ ...options, signal: AbortSignal.any([signal, lost.signal]), token });
  } finally {
    await lease.stop();
  }
}

const alreadyRunning = ({ name }: Projection) => new Error(`${name} is being rebuilt already.`);
