import { once } from 'node:events';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { isAbsolute, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import type { Manifest } from './manifest.js';
import { writeBackup, type ReportProgress, type BackupSource } from './write-backup.js';

/** What a running server is asked, and what it answers: a line of JSON each. */
interface Request {
  readonly backup: string;
}
type Answer = { readonly progress: string } | { readonly made: Manifest } | { readonly refused: string };

/** In bytes: the least that systems allow for a socket's path is 104, with its end. */
const longestPath = 103;
/** In characters: more than any path that a system takes. */
const longestRequest = 16_384;

/** The server that listens to commands of this machine. */
export interface Control {
  /** Gives up what is under way, and ends. */
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
  // A killed server's; the lock on the directory tells that there is no other.
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
  const socket = await reach(dataDir);
  if (!socket) return undefined;
  try {
    socket.write(`${JSON.stringify({ backup: directory } satisfies Request)}\n`);
    for await (const line of createInterface({ input: socket })) {
      const said = JSON.parse(line) as Answer;
      if ('made' in said) return said.made;
      if ('refused' in said) throw new Error(said.refused);
      show(said.progress);
    }
    throw new Error(`The server ended before the backup was made: what lies in ${directory} is none.`);
  } finally {
    socket.destroy();
  }
}

const directoryIn = (dataDir: string): string => join(dataDir, 'control');

/** As seen from the working directory where that is shorter. */
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

/** Answers one request; whoever hangs up gives it up. */
async function answer(socket: Socket, source: BackupSource, closing: AbortSignal): Promise<void> {
  const left = new AbortController();
  socket.once('close', () => left.abort(new Error('Nobody waits for the backup.')));
  // What matters of a broken connection is that it is closed.
  socket.on('error', () => {});
  const say = (it: Answer): void => void (socket.writable && socket.write(`${JSON.stringify(it)}\n`));
  const signal = AbortSignal.any([closing, left.signal]);
  try {
    const directory = readRequest(await firstLine(socket, signal));
    say({ made: await writeBackup(directory, source, (progress) => say({ progress }), signal) });
  } catch (error) {
    say({ refused: (error as Error).message });
  } finally {
    socket.end();
  }
}

/** The first line that comes, of at most as many characters as a request may have. What follows is read and dropped, to notice the end. */
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

/** The directory that a backup is asked for into. */
function readRequest(line: string): string {
  let directory: unknown;
  try {
    directory = (JSON.parse(line) as Partial<Request> | null)?.backup;
  } catch {
    // no JSON: no directory
  }
  if (
    typeof directory === 'string' &&
    isAbsolute(directory) &&
    !directory.includes('\0') &&
    line.length <= longestRequest
  )
    return directory;
  throw new Error('A request is a line of JSON with the absolute path of a directory: {"backup":"/…"}.');
}
