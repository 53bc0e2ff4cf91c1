/* oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin */
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { USER } from './access.js';
import { makeIdentity } from './certificate.js';
import type { NodeOptions } from './index.js';
import { explain, openLogFile } from './log.file.js';
import { Log } from './log.js';
import { listen, type Listening } from './server.js';
import { Snapshots, type SnapshotRequest } from './snapshot.js';
import { Writer } from './writer.js';

/** What the parent hears: once, whether the node listens. */
export type Started = { readonly url: string } | { readonly refused: string };

const { directory, port = 0, password = randomBytes(24).toString('base64url'), insecure = false } = workerData as NodeOptions;
const certificateFile = join(resolve(directory), 'ca.pem');

let file: DatabaseSync | undefined;
try {
  file = openLogFile(directory);
  const log = new Log(file);
  const snapshots = new Snapshots(file);
  // Its key stays in the memory of this thread.
  const secrets = insecure ? undefined : { password, identity: makeIdentity() };
  const node = await listen({ log, writer: new Writer(log, die), fail: die }, port, secrets);
  if (secrets) writeFileSync(certificateFile, secrets.identity.certificate, { mode: 0o600 });
  parentPort!.on('message', (message: 'close' | SnapshotRequest) => (message === 'close' ? void stop(log, node, snapshots) : snapshots.answer(message)));
  parentPort!.postMessage({ url: urlOf(node) } satisfies Started);
} catch (error) {
  file?.close();
  parentPort!.postMessage({ refused: explain(error as Error, directory).message } satisfies Started);
  parentPort!.close();
}

function urlOf({ port: actual }: Listening): string {
  return insecure ? `esdb://localhost:${actual}?tls=false` : `esdb://${USER}:${password}@localhost:${actual}?tlsCAFile=${encodeURIComponent(certificateFile).replaceAll('%2F', '/')}`;
}

async function stop(log: Log, node: Listening, snapshots: Snapshots): Promise<void> {
  await snapshots.close();
  await node.stop();
  // Before another node may have the file.
  if (!insecure) rmSync(certificateFile, { force: true });
  log.close();
  parentPort!.close();
}

/** Outside of any handler an error ends this thread, and the parent hears of it. */
function die(error: Error): void {
  setImmediate(() => {
    throw explain(error, directory);
  });
}
