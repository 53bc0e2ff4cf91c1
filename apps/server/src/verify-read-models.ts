import { digestReplay, digestStored } from '#libs/read-store';
import { requestDigests } from './backup/control.js';
import type { Config } from './config.js';
import { openLogForReading } from './open-log-for-reading.js';
import { openReadModels } from './open-read-models.js';
import { Progress } from './progress.js';
import { projections } from './projections.js';

/**
 * Compares the read models with a replay of the log, up to the position that they have reached; the server may run. Returns the
 * names of the tables that differ. `closing` closes what it opens.
 * @throws Error of one line, also if the read models are not built yet
 */
export async function verifyReadModels(config: Config, closing: AsyncDisposableStack): Promise<string[]> {
  const { stored, store } = await openAndDigest(config, closing);
  const head = Math.max(...Object.values(stored.positions));
  const progress = new Progress('events are read', head);
  const replayed = await digestReplay({
    projections,
    subscribe: (from, signal) => store.follow(from, signal),
    positions: stored.positions,
    onProgress: (events, position) => progress.show(events, position),
  });
  return Object.keys(replayed).filter((table) => replayed[table] !== stored.digests[table]);
}

async function openAndDigest(config: Config, closing: AsyncDisposableStack) {
  const ofServer = config.databaseUrl === undefined ? await requestDigests(config.dataDir) : undefined;
  if (ofServer) return { stored: ofServer, store: (await openLogForReading(config, closing)).store };
  const { store, readStore } = await openReadModels(config, closing);
  return { stored: await digestStored(readStore, projections), store };
}
