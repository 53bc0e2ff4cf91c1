import { once } from 'node:events';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { isAbsolute } from 'node:path';
import type { BuildProgress, StoredDigests } from '#libs/read-store';
import { directoryIn, socketIn, type Answer, type RebuildRequest, type Request } from './control.js';
import { writeBackup, type BackupSource } from './write-backup.js';

/** What a running server does on request. */
export interface ControlSource extends BackupSource {
  readonly readModels?: {
    /** Digests the tables of the read models. */
    digest(): Promise<StoredDigests>;
    /** Builds a read model anew. Throws an Error of one line. */
    rebuild(request: RebuildRequest): Promise<void>;
  };
}

/** The longest request, in characters: longer than any path that a system accepts. */
const longestRequest = 16_384;

/** The socket on which a running server listens for requests of tools on this machine. */
export interface Control {
  /** Aborts running backups and rebuilds, and stops listening. */
  close(): Promise<void>;
}

/**
 * Listens for requests of tools on a Unix socket in the data directory. The socket is in a directory of mode 700, so only
 * users who may read the data can connect. Returns undefined if the socket's path would be too long.
 */
export async function listenForRequests(source: ControlSource): Promise<Control | undefined> {
  const { dataDir } = source.config;
  const path = socketIn(dataDir);
  if (!path) return undefined;
  mkdirSync(directoryIn(dataDir), { recursive: true });
  chmodSync(directoryIn(dataDir), 0o700);
  // A killed server left it; because of the lock on the directory no other server runs.
  rmSync(path, { force: true });
  const closing = new AbortController();
  const under = new Set<Promise<void>>();
  const server = createServer((socket) => {
    const answering = answer(socket, source, closing.signal);
    under.add(answering);
    void answering.finally(() => under.delete(answering));
  });
  await listening(server, path);
  return {
    close: async () => {
      closing.abort(new Error('The server ends.'));
      await new Promise((resolve) => server.close(resolve));
      await Promise.all(under);
    },
  };
}

async function listening(server: Server, path: string): Promise<void> {
  // `exclusive`: a worker listens on it itself, not the primary process for it.
  server.listen({ path, exclusive: true });
  await once(server, 'listening');
}

/** Responds to one request. If the client disconnects, the backup or rebuild is aborted. */
async function answer(socket: Socket, source: ControlSource, closing: AbortSignal): Promise<void> {
  const left = new AbortController();
  socket.once('close', () => left.abort(new Error('The client has disconnected.')));
  // A broken connection also emits `close`, which is handled above.
  socket.on('error', () => {});
  const say = (it: Answer): void => void (socket.writable && socket.write(`${JSON.stringify(it)}\n`));
  const signal = AbortSignal.any([closing, left.signal]);
  try {
    const request = readRequest(await firstLine(socket, signal));
    if ('eventStore' in request) {
      if (!source.node) throw new Error('The server has no embedded event store.');
      say({ eventStoreUrl: source.node.url });
    } else if ('digests' in request) {
      say({ digests: await readModelsOf(source).digest() });
    } else if ('rebuild' in request) {
      const { rebuild: name, restart } = request;
      const onProgress = (rebuilding: BuildProgress) => say({ rebuilding });
      await readModelsOf(source).rebuild({ name, restart, onProgress, signal });
      say({ rebuilt: name });
    } else {
      say({ made: await writeBackup(request.backup, source, (progress) => say({ progress }), signal) });
    }
  } catch (error) {
    say({ refused: (error as Error).message });
  } finally {
    socket.end();
  }
}

function readModelsOf({ readModels }: ControlSource) {
  if (!readModels) throw new Error('The server has no read models.');
  return readModels;
}

/** Returns the first line, up to the longest request. The rest is read and dropped, so that the end is noticed. */
function firstLine(socket: Socket, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      if (text.length > longestRequest || text.includes('\n')) return;
      text += chunk;
      if (text.length > longestRequest || text.includes('\n')) resolve(text.split('\n', 1)[0]!);
    });
  });
}

/** Returns a request. Throws an Error if it is none. */
function readRequest(line: string): Request {
  let request: Partial<Record<'backup' | 'eventStore' | 'digests' | 'rebuild' | 'restart', unknown>> | null | undefined;
  try {
    request = JSON.parse(line) as typeof request;
  } catch {
    // It is not JSON, so it is no request.
  }
  if (request?.eventStore === true) return { eventStore: true };
  if (request?.digests === true) return { digests: true };
  if (typeof request?.rebuild === 'string') return { rebuild: request.rebuild, restart: request.restart === true };
  const directory = request?.backup;
  if (
    typeof directory === 'string' &&
    isAbsolute(directory) &&
    !directory.includes('\0') &&
    line.length <= longestRequest
  )
    return { backup: directory };
  throw new Error('A request is a line of JSON with the absolute path of a directory: {"backup":"/…"}.');
}
