import { findUnbuilt, limitLog, ReadModels } from '#libs/read-store';
import type { Config } from './config.js';
import { processHolder } from './holder.js';
import { openReadModels } from './open-read-models.js';
import { projections } from './projections.js';
import { showBuilds } from './show-builds.js';

/** How long, in ms, is waited between two looks at how far it is. */
const lookMs = 1_000;

/**
 * Builds the tables of this build that have never been complete, up to the event that the installation has seen last. Returns
 * the names of the read models. `closing` closes what it opens.
 * @throws Error of one line
 */
export async function prepareReadModels(config: Config, closing: AsyncDisposableStack): Promise<string[]> {
  const { store, vault, readStore } = await openReadModels(config, closing);
  const unbuilt = await findUnbuilt(readStore.batchDb, projections);
  if (unbuilt.length === 0) return [];
  // No read model shows an event that the witness of the server has not recorded.
  const end = vault.witness.position;
  const problem = Promise.withResolvers<never>();
  const readModels = new ReadModels({
    store: readStore,
    projections: unbuilt,
    subscribe: limitLog((from, signal) => store.follow(from, signal), end),
    holder: processHolder(),
    lastPosition: async () => end,
    onProblem: ({ reason, projection = 'A read model', position, eventType }) =>
      problem.reject(new Error(`${projection} can not be built: ${reason} (${position}, ${eventType}).`)),
  });
  closing.defer(() => readModels.stop());
  await readModels.start();
  const show = showBuilds();
  while (!(await Promise.race([readModels.waitUntilBuilt(lookMs), problem.promise])))
    for (const { projection, ...progress } of readModels.health().building) show(projection, progress);
  return unbuilt.map(({ name }) => name);
}
