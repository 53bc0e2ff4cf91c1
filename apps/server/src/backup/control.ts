import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import type { BuildProgress, StoredDigests } from '#libs/read-store';
import type { Manifest } from './manifest.js';
import type { ReportProgress } from './write-backup.js';

/** A request to a running server is one line of JSON, and so is each part of the response. */
export type Request =
  | { readonly backup: string }
  | { readonly eventStore: true }
  | { readonly digests: true }
  | { readonly rebuild: string; readonly restart: boolean };
/** A part of a response. */
export type Answer =
  | { readonly digests: StoredDigests }
  | { readonly rebuilding: BuildProgress }
  | { readonly rebuilt: string }
  | { readonly progress: string }
  | { readonly made: Manifest }
  | { readonly eventStoreUrl: string }
  | { readonly refused: string };

/** Which read model to build anew. */
export interface RebuildRequest {
  readonly name: string;
  /** Whether to begin anew instead of continuing an attempt that was broken off. */
  readonly restart: boolean;
  readonly onProgress: (progress: BuildProgress) => void;
  readonly signal: AbortSignal;
}

/** The longest path of a socket, in bytes: some systems allow 104 with the terminating zero. */
const longestPath = 103;
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
 * Asks the server that runs on a data directory for the digests of its read models. Returns undefined if no server listens.
 * @throws Error of one line if the server refuses
 */
export async function requestDigests(dataDir: string): Promise<StoredDigests | undefined> {
  const answers = await ask(dataDir, { digests: true });
  if (!answers) return undefined;
  for await (const answer of answers) if ('digests' in answer) return answer.digests;
  throw new Error('The server ended before it answered.');
}

/**
 * Asks the server that runs on a data directory to build a read model anew. Returns whether a server listens. The server stops
 * when this process ends.
 * @throws Error of one line if the server refuses, or ends before
 */
export async function requestRebuild(
  dataDir: string,
  { name, restart, onProgress }: Omit<RebuildRequest, 'signal'>,
): Promise<boolean> {
  const answers = await ask(dataDir, { rebuild: name, restart });
  if (!answers) return false;
  for await (const answer of answers) {
    if ('rebuilt' in answer) return true;
    if ('rebuilding' in answer) onProgress(answer.rebuilding);
  }
  throw new Error(`The server ended before ${name} was built: run this again to continue.`);
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

/** Returns the directory of the socket. */
export const directoryIn = (dataDir: string): string => join(dataDir, 'control');

/** Returns the socket's path, relative to the working directory if that is shorter; undefined if it would be too long. */
export function socketIn(dataDir: string): string | undefined {
  const absolute = join(directoryIn(dataDir), 'socket');
  return [absolute, relative(process.cwd(), absolute)].find((path) => Buffer.byteLength(path) <= longestPath);
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
