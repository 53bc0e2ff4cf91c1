import { timingSafeEqual } from 'node:crypto';
import { constants } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { backupMac } from '#libs/vault';
import { describeFile, type FileFacts } from './files.js';

/** The files that a backup may contain. */
export const fileNames = { log: 'events.db', vault: 'vault.db', key: 'vault.key' } as const;
export type FileName = (typeof fileNames)[keyof typeof fileNames];
export const manifestName = 'backup.json';
/** Format 1 had no MAC. */
const format = 2;
/** The largest manifest that is read, in bytes; a real one has about 700. */
const longestManifest = 16_384;

/** The list of the files of a backup. It is written last, so a directory that has it is complete. */
export interface Manifest {
  readonly format: number;
  /** ISO 8601, UTC */
  readonly madeAt: string;
  /** The fingerprint of the vault, which identifies the installation. */
  readonly installation: string;
  readonly namespace: string;
  /** The position of the log's last event; absent if EventStoreDB has the log. */
  readonly position?: number;
  readonly files: Readonly<Partial<Record<FileName, FileFacts>>>;
  /** The MAC of all other fields under the vault's key; absent in format 1. */
  readonly mac?: string;
}

type About = Omit<Manifest, 'format' | 'files' | 'mac'>;

/** Writes the manifest of a backup, `backup.json`, into `directory`: `about`, the size and SHA-256 of each named file there, and the MAC of all that. Returns it. */
export async function writeManifest(
  directory: string,
  names: readonly FileName[],
  about: About,
  mac: (text: string) => string,
): Promise<Manifest> {
  const files: Partial<Record<FileName, FileFacts>> = {};
  for (const name of names) files[name] = await describeFile(join(directory, name));
  const unsigned = { format, ...about, files };
  const manifest = { ...unsigned, mac: mac(textToSign(unsigned)) };
  await writeFile(join(directory, manifestName), `${JSON.stringify(manifest, undefined, 2)}\n`, {
    mode: 0o600,
    flag: 'wx',
    flush: true,
  });
  return manifest;
}

/** Returns the text under which the MAC is computed: all fields of the manifest except the MAC, in a fixed order. */
export const textToSign = ({
  format: version,
  madeAt,
  installation,
  namespace,
  position = null,
  files,
}: Omit<Manifest, 'position'> & { position?: number | null }): string =>
  JSON.stringify([
    version,
    madeAt,
    installation,
    namespace,
    position,
    Object.values(fileNames).map((name) => [name, files[name]?.bytes ?? null, files[name]?.sha256 ?? null]),
  ]);

/**
 * Reads the manifest of the backup in `directory`; does not check its MAC.
 * @throws Error of one line if there is no complete backup
 */
export async function readManifest(directory: string): Promise<Manifest> {
  const path = join(directory, manifestName);
  const manifest = parse(await readShort(path, directory));
  if (!manifest) throw new Error(`${path} is not what a backup wrote.`);
  if (manifest.format > format)
    throw new Error(`${directory} is a backup of format ${manifest.format}, made by another build.`);
  return manifest;
}

/**
 * Checks the MAC of a backup's manifest: the installation with this vault key wrote it. `directory` is for the error's text.
 * @throws Error of one line
 */
export function checkMac(directory: string, manifest: Manifest, key: Buffer): void {
  const mac = Buffer.from(backupMac(key, textToSign(manifest)), 'hex');
  if (manifest.mac && timingSafeEqual(mac, Buffer.from(manifest.mac, 'hex'))) return;
  throw new Error(
    `${join(directory, manifestName)} does not fit the vault's key: the backup is of another installation, or was changed.`,
  );
}

async function readShort(path: string, directory: string): Promise<string> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT')
        throw new Error(`${directory} is not a whole backup: it has no ${manifestName}.`, { cause: error });
      throw new Error(`${path} can not be read (${error.code}).`, { cause: error });
    },
  );
  await using _ = handle;
  const found = await handle.stat();
  if (!found.isFile() || found.size > longestManifest) throw new Error(`${path} is not what a backup wrote.`);
  return handle.readFile('utf8');
}

/** Checks the form of a manifest strictly, since it may come from an attacker. */
function parse(text: string): Manifest | undefined {
  try {
    const manifest = JSON.parse(text) as Record<string, unknown>;
    const { format: version, files, position, mac, ...rest } = manifest;
    const named = Object.entries(files as object) as [FileName, FileFacts][];
    const fits =
      isCount(version) &&
      hasFields(rest, {
        madeAt: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
        installation: /^[0-9a-f]{64}$/,
        namespace: /^[a-z][a-z0-9_]{0,39}$/,
      }) &&
      named.every(([name, facts]) => isFileName(name) && isFacts(facts)) &&
      (position === undefined
        ? !('events.db' in (files as object))
        : isCount(position) && 'events.db' in (files as object)) &&
      'vault.db' in (files as object) &&
      (version === 1 ? mac === undefined : hasFields({ mac }, { mac: /^[0-9a-f]{64}$/ }));
    return fits ? (manifest as unknown as Manifest) : undefined;
  } catch {
    return undefined; // the caller says whose text it is
  }
}

const isFileName = (name: string): name is FileName => (Object.values(fileNames) as string[]).includes(name);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isFacts = ({ bytes, ...rest }: FileFacts): boolean =>
  isCount(bytes) && hasFields(rest, { sha256: /^[0-9a-f]{64}$/ });

/** Returns whether an object has exactly these fields, and each is a text of its form. */
const hasFields = (object: object, forms: Readonly<Record<string, RegExp>>): boolean =>
  Object.keys(object).length === Object.keys(forms).length &&
  Object.entries(forms).every(
    ([name, form]) =>
      Object.hasOwn(object, name) && typeof object[name as never] === 'string' && form.test(object[name as never]),
  );
