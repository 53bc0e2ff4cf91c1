import { digestStored, rebuildByHand, type Projection, type StoredDigests } from '#libs/read-store';
import type { ControlSource } from './backup/control-server.js';
import type { RebuildRequest } from './backup/control.js';
import { processHolder } from './holder.js';
import type { Stores } from './open-stores.js';
import { projections } from './projections.js';

/** Returns the projection of this name. Throws an Error of one line with the names that there are. */
export function findProjection(name: string): Projection {
  const found = projections.find((projection) => projection.name === name);
  if (found) return found;
  throw new Error(`There is no read model ${name}; there are ${projections.map((each) => each.name).join(', ')}.`);
}

/** Returns what tools on this machine can ask a running server for. */
export function readModelTools({
  store,
  readStore,
}: Pick<Stores, 'store' | 'readStore'>): NonNullable<ControlSource['readModels']> {
  return {
    digest: (): Promise<StoredDigests> => digestStored(readStore, projections),
    rebuild: ({ name, restart, onProgress, signal }: RebuildRequest): Promise<void> =>
      rebuildByHand({
        store: readStore,
        projection: findProjection(name),
        subscribe: (from, ending) => store.follow(from, ending),
        holder: processHolder(),
        restart,
        onProgress,
        signal,
      }),
  };
}
