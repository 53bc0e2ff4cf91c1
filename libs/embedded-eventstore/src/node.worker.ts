/* oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin */
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { USER } from './access.js';
import type { EmbeddedEventStoreOptions } from './index.js';
import { explain, openForReading } from './log.file.js';
import { Log } from './log.js';
import { LogThread } from './log.thread.js';
import type { Listening } from './server.js';
import type { SnapshotRequest } from './snapshot.js';

/** What the parent hears: once, whether the node listens. */
export type Started = { readonly url: string } | { readonly refused: string };

const {
  directory,
  port = 0,
  password = randomBytes(24).toString('base64url'),
  insecure = false,
} = workerData as EmbeddedEventStoreOptions;
const certificateFile = join(resolve(directory), 'ca.pem');

const thread = new LogThread(directory, die);
let log: Log | undefined;
try {
  // Only now, while that thread opens the file: they take a while to load.
  const [{ makeIdentity }, { listen }, { Writer }] = await Promise.all([
    import('./certificate.js'),
    import('./server.js'),
    import('./writer.js'),
  ]);
  const secrets = insecure ? undefined : { password, identity: makeIdentity() };
  await thread.ready();
  log = new Log(openForReading(directory));
  const node = await listen(
    { log, writer: new Writer(log, (group) => thread.commit(group)), fail: die },
    port,
    secrets,
  );
  // The key stays in the memory of this thread.
  if (secrets) writeFileSync(certificateFile, secrets.identity.certificate, { mode: 0o600 });
  parentPort!.on('message', (message: 'close' | SnapshotRequest) =>
    message === 'close' ? void stop(node) : thread.snapshot(message),
  );
  parentPort!.postMessage({ url: urlOf(node) } satisfies Started);
} catch (error) {
  parentPort!.postMessage({ refused: explain(error as Error, directory).message } satisfies Started);
  await close();
}

function urlOf({ port: actual }: Listening): string {
  return insecure
    ? `esdb://localhost:${actual}?tls=false`
    : `esdb://${USER}:${password}@localhost:${actual}?tlsCAFile=${encodeURIComponent(certificateFile).replaceAll('%2F', '/')}`;
}

async function stop(node: Listening): Promise<void> {
  await node.stop();
  // Before another node may have the file.
  if (!insecure) rmSync(certificateFile, { force: true });
  await close();
}

async function close(): Promise<void> {
  log?.close();
  await thread.close();
  parentPort!.close();
}

/** Outside of any handler an error ends this thread, and the parent hears of it. */
function die(error: Error): void {
  setImmediate(() => {
    throw explain(error, directory);
  });
}
