import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pipeline } from 'node:stream/promises';

/** What a backup may hold. */
export const fileNames = { log: 'events.db', vault: 'vault.db', key: 'vault.key' } as const;
const manifestName = 'backup.json';
const format = 1;

interface File {
  readonly bytes: number;
  readonly sha256: string;
}

/** Tells what a backup holds; written last, so a directory with it is whole. */
export interface Manifest {
  readonly format: number;
  /** ISO 8601, UTC */
  readonly madeAt: string;
  /** Fingerprint of the vault. */
  readonly installation: string;
  readonly namespace: string;
  /** Of the log's last event; absent where EventStoreDB keeps the log. */
  readonly position?: number;
  readonly files: Readonly<Record<string, File>>;
}

/** Reads what lies in `directory` under these names and writes the manifest of it. */
export async function writeManifest(directory: string, names: readonly string[], about: Omit<Manifest, 'format' | 'files'>): Promise<Manifest> {
  const files: Record<string, File> = {};
  for (const name of names) files[name] = await describe(join(directory, name));
  const manifest = { format, ...about, files };
  await writeFile(join(directory, manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`, { mode: 0o600, flag: 'wx', flush: true });
  return manifest;
}

/** @throws Error of one line where there is no whole backup */
export async function readManifest(directory: string): Promise<Manifest> {
  const text = await readFile(join(directory, manifestName), 'utf8').catch((error: unknown) => {
    throw new Error(`${directory} is not a whole backup: it has no ${manifestName}.`, { cause: error });
  });
  const manifest = parse(text);
  if (!manifest) throw new Error(`${join(directory, manifestName)} is not what a backup wrote.`);
  if (manifest.format !== format) throw new Error(`${directory} is a backup of format ${manifest.format}, made by another build.`);
  return manifest;
}

function parse(text: string): Manifest | undefined {
  try {
    const { format: found, files, ...rest } = JSON.parse(text) as Partial<Manifest>;
    return typeof found === 'number' && files ? ({ format: found, files, ...rest } as Manifest) : undefined;
  } catch {
    return undefined; // the caller says whose text it is
  }
}

/**
 * Checks that the files are those that the manifest names, and that SQLite finds its own whole.
 * @throws Error of one line
 */
export async function checkFiles(directory: string, { files }: Manifest): Promise<void> {
  if (!files[fileNames.vault]) throw new Error(`${directory} is a backup without its vault.`);
  for (const [name, { bytes, sha256 }] of Object.entries(files)) {
    const path = join(directory, name);
    const found = await stat(path).catch((error: unknown) => {
      throw new Error(`${directory} is a backup without its ${name}.`, { cause: error });
    });
    if (found.size !== bytes) throw new Error(`${path} has ${found.size} bytes, not the ${bytes} that were backed up.`);
    if ((await describe(path)).sha256 !== sha256) throw new Error(`${path} is not the file that was backed up.`);
    if (name.endsWith('.db')) quickCheck(path);
  }
}

function quickCheck(path: string): void {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const [problem] = Object.values(db.prepare('PRAGMA quick_check(1)').get() ?? {});
    if (problem !== 'ok') throw new Error(`${path} is damaged: ${String(problem)}.`);
  } finally {
    db.close();
  }
}

async function describe(path: string): Promise<File> {
  const hash = createHash('sha256');
  let bytes = 0;
  await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  });
  return { bytes, sha256: hash.digest('hex') };
}
