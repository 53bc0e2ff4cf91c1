/* oxlint-disable unicorn/require-post-message-target-origin -- threads have no origin */
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { USERNAME } from './authentication.js';
import type { EmbeddedEventStoreOptions } from './index.js';
import { describeDatabaseError, openForReading } from './log.file.js';
import { Log } from './log.js';
import { LogThread } from './log.thread.js';
import type { RunningServer } from './server.js';
import type { SnapshotRequest } from './snapshot.js';

/** The thread's only message: whether the node listens. */
export type StartResult = { readonly url: string } | { readonly failure: string };

const {
  directory,
  port = 0,
  password = randomBytes(24).toString('base64url'),
  insecure = false,
} = workerData as EmbeddedEventStoreOptions;
const certificateFile = join(resolve(directory), 'ca.pem');

const thread = new LogThread(directory, failThread);
let log: Log | undefined;
try {
  // Loaded while the other thread opens the file, because they take a while.
  const [{ createTlsIdentity }, { startServer }, { AppendQueue }] = await Promise.all([
    import('./certificate.js'),
    import('./server.js'),
    import('./append-queue.js'),
  ]);
  const security = insecure ? undefined : { password, identity: createTlsIdentity() };
  await thread.ready();
  log = new Log(openForReading(directory));
  const server = await startServer(
    { log, queue: new AppendQueue(log, (group) => thread.commit(group)), onFatalError: failThread },
    port,
    security,
  );
  // The private key stays in the memory of this thread.
  if (security) writeFileSync(certificateFile, security.identity.certificate, { mode: 0o600 });
  parentPort!.on('message', (message: 'close' | SnapshotRequest) =>
    message === 'close' ? void stop(server) : thread.snapshot(message),
  );
  parentPort!.postMessage({ url: toUrl(server) } satisfies StartResult);
} catch (error) {
  parentPort!.postMessage({ failure: describeDatabaseError(error as Error, directory).message } satisfies StartResult);
  await close();
}

function toUrl({ port: actual }: RunningServer): string {
  return insecure
    ? `esdb://localhost:${actual}?tls=false`
    : `esdb://${USERNAME}:${password}@localhost:${actual}?tlsCAFile=${encodeURIComponent(certificateFile).replaceAll('%2F', '/')}`;
}

async function stop(server: RunningServer): Promise<void> {
  await server.stop();
  // Before the lock is released and another node writes its own.
  if (!insecure) rmSync(certificateFile, { force: true });
  await close();
}

async function close(): Promise<void> {
  log?.close();
  await thread.close();
  parentPort!.close();
}

/** Ends this thread with an error, which the parent gets; thrown outside of all handlers. */
function failThread(error: Error): void {
  setImmediate(() => {
    throw describeDatabaseError(error, directory);
  });
}
