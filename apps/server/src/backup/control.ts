import { once } from 'node:events';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { isAbsolute, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import type { Manifest } from './manifest.js';
import { writeBackup, type ReportProgress, type BackupSource } from './write-backup.js';

/** A request to a running server is one line of JSON, and so is each part of the response. */
type Request = { readonly backup: string } | { readonly eventStore: true };
type Answer =
  | { readonly progress: string }
  | { readonly made: Manifest }
  | { readonly eventStoreUrl: string }
  | { readonly refused: string };

/** The longest path of a socket, in bytes: some systems allow 104 with the terminating zero. */
const longestPath = 103;
/** The longest request, in characters: longer than any path that a system accepts. */
const longestRequest = 16_384;

/** The socket on which a running server listens for backup requests from this machine. */
export interface Control {
  /** Aborts a running backup and stops listening. */
  close(): Promise<void>;
}

/**
 * Listens for requests of backups on a Unix socket in the data directory. The socket is in a directory of mode 700, so only
 * users who may read the data can connect. Returns undefined if the socket's path would be too long.
 */
export async function listenForBackupRequests(source: BackupSource): Promise<Control | undefined> {
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

/**
 * Asks the server that runs on a data directory to write a backup into `directory`, an absolute path, since the server opens
 * it. Returns undefined if no server listens.
 * @throws Error of one line if the server refuses, or ends before the backup is complete
 */
export async function requestBackup(
  dataDir: string,
  directory: string,
  show: ReportProgress,
): Promise<Manifest | undefined> {
  const answers = await ask(dataDir, { backup: directory });
  if (!answers) return undefined;
  for await (const answer of answers) {
    if ('made' in answer) return answer.made;
    if ('progress' in answer) show(answer.progress);
  }
  throw new Error(`The server ended before the backup was made: what lies in ${directory} is none.`);
}

/**
 * Asks the server that runs on a data directory for the address of its embedded event store, with the password. Returns
 * undefined if no server listens.
 * @throws Error of one line if the server refuses
 */
export async function requestEventStoreUrl(dataDir: string): Promise<string | undefined> {
  const answers = await ask(dataDir, { eventStore: true });
  if (!answers) return undefined;
  for await (const answer of answers) if ('eventStoreUrl' in answer) return answer.eventStoreUrl;
  throw new Error('The server ended before it answered.');
}

/**
 * Sends a request to the server that runs on a data directory. Returns the parts of its response, or undefined if no server
 * listens. The parts end in an Error of one line if the server refuses.
 */
async function ask(dataDir: string, request: Request): Promise<AsyncGenerator<Answer> | undefined> {
  const socket = await reach(dataDir);
  return socket && readAnswers(socket, request);
}

async function* readAnswers(socket: Socket, request: Request): AsyncGenerator<Answer> {
  try {
    socket.write(`${JSON.stringify(request)}\n`);
    for await (const line of createInterface({ input: socket })) {
      const answer = JSON.parse(line) as Answer;
      if ('refused' in answer) throw new Error(answer.refused);
      yield answer;
    }
  } finally {
    socket.destroy();
  }
}

const directoryIn = (dataDir: string): string => join(dataDir, 'control');

/** The path relative to the working directory if that is shorter. */
function socketIn(dataDir: string): string | undefined {
  const absolute = join(directoryIn(dataDir), 'socket');
  return [absolute, relative(process.cwd(), absolute)].find((path) => Buffer.byteLength(path) <= longestPath);
}

async function listening(server: Server, path: string): Promise<void> {
  server.listen(path);
  await once(server, 'listening');
}

async function reach(dataDir: string): Promise<Socket | undefined> {
  const path = socketIn(dataDir);
  if (!path) return undefined;
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return socket;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') return undefined;
    throw new Error(`The server on ${dataDir} can not be asked (${code}).`, { cause: error });
  }
}

/** Responds to one request. If the client disconnects, the backup is aborted. */
async function answer(socket: Socket, source: BackupSource, closing: AbortSignal): Promise<void> {
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
    } else {
      say({ made: await writeBackup(request.backup, source, (progress) => say({ progress }), signal) });
    }
  } catch (error) {
    say({ refused: (error as Error).message });
  } finally {
    socket.end();
  }
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
  let request: { backup?: unknown; eventStore?: unknown } | null | undefined;
  try {
    request = JSON.parse(line) as typeof request;
  } catch {
    // It is not JSON, so it is no request.
  }
  if (request?.eventStore === true) return { eventStore: true };
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
