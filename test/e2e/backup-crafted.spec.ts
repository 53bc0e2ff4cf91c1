import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { dirname, join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { backupMac } from '#libs/vault';
import { listenForRequests } from '../../apps/server/src/backup/control-server.js';
import { describeFile } from '../../apps/server/src/backup/files.js';
import { textToSign, type Manifest } from '../../apps/server/src/backup/manifest.js';
import { restoreBackup } from '../../apps/server/src/backup/restore-backup.js';
import { writeBackup } from '../../apps/server/src/backup/write-backup.js';
import type { Config } from '../../apps/server/src/config.js';
import { openLog } from '../../apps/server/src/open-stores.js';
import { configFor, ignoreMessage, newPath, runWithLog, testDirectory } from '../support/backup.js';
import { runProgram } from '../support/server-process.js';

const key = { VAULT_KEY: 'ab'.repeat(32) };

/** Makes a backup of a new installation; returns its directory. */
async function createBackup(more: Record<string, string> = {}): Promise<string> {
  const [config, directory] = [configFor(newPath(), more), newPath()];
  await runWithLog(config, (log) =>
    writeBackup(directory, { config, ...log }, ignoreMessage, new AbortController().signal),
  );
  return directory;
}

/** A backup that contains the vault's key, and one that does not. */
let whole: string;
let keyless: string;
beforeAll(async () => void ([whole, keyless] = [await createBackup(), await createBackup(key)]));

function copyBackup(backup: string): string {
  const copy = newPath();
  cpSync(backup, copy, { recursive: true });
  return copy;
}

const readManifest = (backup: string) => JSON.parse(readFileSync(join(backup, 'backup.json'), 'utf8')) as Manifest;
const writeManifest = (backup: string, manifest: object) =>
  writeFileSync(join(backup, 'backup.json'), JSON.stringify(manifest));
const readKey = (backup: string) => Buffer.from(readFileSync(join(backup, 'vault.key'), 'utf8').trim(), 'hex');

/** Writes a manifest with a valid MAC. By default it uses the key in the backup, as an attacker could who puts one there. */
const signManifest = (backup: string, manifest: Manifest, by = readKey(backup)) =>
  writeManifest(backup, { ...manifest, mac: backupMac(by, textToSign(manifest)) });

/** Returns the names of all files below a directory. */
const listFiles = (directory: string): string[] =>
  existsSync(directory) ? readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort() : [];

/** Returns the one-line message of a refused restore, and checks that it wrote nothing, not even its directory. */
async function refusalOfRestore(
  backup: string,
  options: { withoutMac?: boolean } = {},
  more: Record<string, string> = {},
): Promise<string> {
  const dataDir = join(newPath(), 'data');
  const around = listFiles(testDirectory);
  const error = await restoreBackup(backup, configFor(dataDir, more), ignoreMessage, options).then(
    () => undefined,
    (refused: Error) => refused,
  );
  expect(error?.message).toMatch(/^.+$/);
  expect(listFiles(testDirectory)).toEqual(around);
  return error!.message;
}

describe('a crafted backup writes nothing', () => {
  const evil = '* * * * * root touch /tmp/evil\n';

  it.each([
    ['a path out of the directory', '../../evil-cron'],
    ['a path into another directory', 'events/events.db'],
    ['an absolute path', join(testDirectory, 'evil-cron')],
    ['a detour to an expected path', `../${'x/'.repeat(2)}../vault.db`],
    ['an unexpected name', 'operator-token'],
    ['an expected name in capitals', 'VAULT.DB'],
    ['the manifest itself', 'backup.json'],
    ['an empty name', ''],
    ['this directory', '.'],
  ])('OPS-3: %s in the manifest is refused, even with a valid MAC', async (_, name) => {
    const backup = copyBackup(whole);
    const file = join(backup, name);
    if (!existsSync(file)) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, evil);
    }
    const manifest = readManifest(backup);
    const facts = statSync(file).isFile() ? await describeFile(file) : manifest.files['vault.db'];
    const files = { ...manifest.files, [name]: facts } as Manifest['files'];
    const message = `${join(backup, 'backup.json')} is not what a backup wrote.`;
    signManifest(backup, { ...manifest, files });
    expect(await refusalOfRestore(backup)).toBe(message);
    const { mac: _mac, ...old } = manifest;
    writeManifest(backup, { ...old, format: 1, files });
    expect(await refusalOfRestore(backup, { withoutMac: true })).toBe(message);
  });

  it('OPS-3: a name that every JavaScript object has is not accepted as a file', async () => {
    const backup = copyBackup(whole);
    const json = readFileSync(join(backup, 'backup.json'), 'utf8').replace(
      '"files": {',
      '"files": { "__proto__": { "bytes": 0, "sha256": "" },',
    );
    writeFileSync(join(backup, 'backup.json'), json);
    expect(await refusalOfRestore(backup)).toMatch(/is not what a backup wrote\.$/);
  });

  it.each<[string, (manifest: Manifest) => object]>([
    ['no files', (manifest) => ({ ...manifest, files: undefined })],
    ['no vault', (manifest) => ({ ...manifest, files: { 'events.db': manifest.files['events.db'] } })],
    ['a log without its position', (manifest) => ({ ...manifest, position: undefined })],
    [
      'a position without its log',
      (manifest) => ({ ...manifest, files: { ...manifest.files, 'events.db': undefined } }),
    ],
    ['an invalid position', (manifest) => ({ ...manifest, position: -1 })],
    [
      'a huge size',
      (manifest) => ({
        ...manifest,
        files: { ...manifest.files, 'vault.db': { ...manifest.files['vault.db'], bytes: 1e300 } },
      }),
    ],
    [
      'a size as text',
      (manifest) => ({
        ...manifest,
        files: { ...manifest.files, 'vault.db': { ...manifest.files['vault.db'], bytes: '1' } },
      }),
    ],
    ['no digest', (manifest) => ({ ...manifest, files: { ...manifest.files, 'vault.db': { bytes: 1 } } })],
    ['a file as text', (manifest) => ({ ...manifest, files: { ...manifest.files, 'vault.db': 'x' } })],
    [
      'an unknown field of a file',
      (manifest) => ({
        ...manifest,
        files: { ...manifest.files, 'vault.db': { ...manifest.files['vault.db'], mode: 0o4755 } },
      }),
    ],
    ['an unknown field', (manifest) => ({ ...manifest, target: '/etc' })],
    ['an invalid time', (manifest) => ({ ...manifest, madeAt: 'now\u001b[2J' })],
    ['an invalid MAC', (manifest) => ({ ...manifest, mac: 5 })],
    ['no MAC', (manifest) => ({ ...manifest, mac: undefined })],
    ['an invalid format', (manifest) => ({ ...manifest, format: '2' })],
    ['a list', () => []],
    ['nothing', () => null as never],
    ['too many bytes', (manifest) => ({ ...manifest, more: 'x'.repeat(20_000) })],
  ])('OPS-3: a manifest with %s is refused', async (_, crafted) => {
    const backup = copyBackup(whole);
    writeManifest(backup, crafted(readManifest(backup)));
    expect(await refusalOfRestore(backup, { withoutMac: true })).toBe(
      `${join(backup, 'backup.json')} is not what a backup wrote.`,
    );
  });

  it.each(['events.db', 'vault.db', 'vault.key', 'backup.json'])(
    'OPS-3: a link in the place of %s is refused',
    async (name) => {
      const [backup, elsewhere] = [copyBackup(whole), newPath()];
      renameSync(join(backup, name), elsewhere);
      symlinkSync(elsewhere, join(backup, name));
      expect(await refusalOfRestore(backup)).toMatch(
        new RegExp(`${name} (is not a plain file, as a backup writes them|can not be read \\(ELOOP\\))\\.$`),
      );
    },
  );

  it.each(['vault.db', 'backup.json'])(
    'OPS-3: a pipe in the place of %s is refused without waiting for it',
    async (name) => {
      const backup = copyBackup(whole);
      rmSync(join(backup, name));
      execFileSync('mkfifo', [join(backup, name)]);
      expect(await refusalOfRestore(backup)).toMatch(
        /(is not a plain file, as a backup writes them|is not what a backup wrote)\.$/,
      );
    },
  );

  it.each(['events.db-wal', 'vault.db-journal', 'evil', '.hidden'])(
    'OPS-3: an additional file %s is refused',
    async (name) => {
      const backup = copyBackup(whole);
      writeFileSync(join(backup, name), evil);
      expect(await refusalOfRestore(backup)).toBe(`${join(backup, name)} is no part of the backup: take it away.`);
    },
  );

  it('OPS-3: an additional directory is refused', async () => {
    const backup = copyBackup(whole);
    mkdirSync(join(backup, 'events'));
    expect(await refusalOfRestore(backup)).toMatch(/events is no part of the backup: take it away\.$/);
  });
});

describe('the MAC of a backup', () => {
  const messageForWrongMac = (backup: string) =>
    `${join(backup, 'backup.json')} does not fit the vault's key: the backup is of another installation, or was changed.`;

  it.each<[string, (manifest: Manifest) => Manifest]>([
    ['the time of the backup', (manifest) => ({ ...manifest, madeAt: '2026-01-01T00:00:00.000Z' })],
    ['the position', (manifest) => ({ ...manifest, position: manifest.position! + 1 })],
    ['the installation', (manifest) => ({ ...manifest, installation: 'a'.repeat(64) })],
    [
      'a digest',
      (manifest) => ({
        ...manifest,
        files: { ...manifest.files, 'vault.db': { ...manifest.files['vault.db']!, sha256: 'a'.repeat(64) } },
      }),
    ],
    ['the MAC itself', (manifest) => ({ ...manifest, mac: 'a'.repeat(64) })],
  ])('OPS-11: covers %s', async (_, change) => {
    for (const [backup, more] of [
      [copyBackup(whole), {}],
      [copyBackup(keyless), key],
    ] as const) {
      writeManifest(backup, change(readManifest(backup)));
      expect(await refusalOfRestore(backup, {}, more)).toBe(messageForWrongMac(backup));
    }
  });

  it("OPS-11: is checked with the settings' key, not with one in the backup", async () => {
    expect(await refusalOfRestore(whole, {}, key)).toBe(messageForWrongMac(whole));
    const file = newPath();
    writeFileSync(file, key.VAULT_KEY);
    expect(await refusalOfRestore(whole, {}, { VAULT_KEY_FILE: file })).toBe(messageForWrongMac(whole));
    const config = configFor(newPath(), { VAULT_KEY_FILE: file });
    await restoreBackup(keyless, config, ignoreMessage);
    expect(readdirSync(config.dataDir)).not.toContain('vault.key');
  });

  it("OPS-11: is checked with the settings' key; then a restore does not copy the key in the backup beside the vault", async () => {
    const config = configFor(newPath(), { VAULT_KEY: readKey(whole).toString('hex') });
    await restoreBackup(whole, config, ignoreMessage);
    expect(readdirSync(config.dataDir).sort()).toEqual(['events', 'lock', 'vault.db']);
  });

  it('OPS-11: is missing in a backup of an earlier release, which is restored only with --without-mac, with all other checks', async () => {
    const backup = copyBackup(whole);
    const { mac: _, ...old } = { ...readManifest(backup), format: 1 };
    writeManifest(backup, old);
    expect(await refusalOfRestore(backup)).toBe(
      `${backup} is a backup of an earlier release, whose manifest has no MAC: if you know where it comes from, restore it with --without-mac.`,
    );
    const [command, dataDir] = ['dist/apps/server/src/backup/restore.js', newPath()];
    expect(runProgram(command, { DATA_DIR: dataDir }, '--without-mac', backup)).toEqual({
      status: 0,
      output: expect.stringMatching(/ are restored in /),
    });
    writeManifest(backup, { ...old, installation: 'a'.repeat(64) });
    const config = configFor(newPath());
    await expect(restoreBackup(backup, config, ignoreMessage, { withoutMac: true })).rejects.toThrow(
      'The backup can not be restored: its vault is not the one that it names.',
    );
    expect(listFiles(config.dataDir)).toEqual(['lock']);
    writeManifest(backup, {
      ...old,
      files: { ...old.files, 'vault.key': { ...old.files['vault.key']!, sha256: 'a'.repeat(64) } },
    });
    expect(await refusalOfRestore(backup, { withoutMac: true })).toMatch(
      /vault\.key is not the file that was backed up\.$/,
    );
  });
});

describe('a running server that is asked for a backup', () => {
  let config: Config;
  let ask: (line: string) => Promise<object>;
  const closing = new AsyncDisposableStack();
  beforeAll(async () => {
    config = configFor(newPath());
    const log = await openLog(config, closing);
    const control = await listenForRequests({ config, ...log });
    closing.defer(() => control!.close());
    ask = async (line) => {
      const socket = connect(relative(process.cwd(), join(config.dataDir, 'control/socket')));
      await once(socket, 'connect');
      socket.write(line);
      return JSON.parse((await text(socket)).split('\n').at(-2)!) as object;
    };
  });
  afterAll(() => closing.disposeAsync());

  it.each([
    ['no JSON', 'backup'],
    ['nothing', 'null'],
    ['no path', '{}'],
    ['a number for the path', '{"backup":5}'],
    ['a relative path', '{"backup":"backup"}'],
    ['a path with a NUL character', '{"backup":"/tmp/a\\u0000b"}'],
    ['too many bytes', JSON.stringify({ backup: `/tmp/${'x'.repeat(20_000)}` })],
  ])('OPS-3: refuses %s, and writes nothing', async (_, line) => {
    expect(await ask(`${line}\n`)).toEqual({
      refused: 'A request is a line of JSON with the absolute path of a directory: {"backup":"/…"}.',
    });
  });

  it.each(['restoring', 'mail', 'control/backup', 'vault.key', 'vault.db-wal', '.'])(
    'OPS-3: refuses to write it to %s of its own data directory',
    async (place) => {
      const before = listFiles(config.dataDir);
      const directory = join(config.dataDir, place);
      expect(await ask(`${JSON.stringify({ backup: directory })}\n`)).toEqual({
        refused: expect.stringMatching(/ is a place of the server itself: name another directory\.$/),
      });
      expect(listFiles(config.dataDir)).toEqual(before);
    },
  );

  it('OPS-3: writes it to other directories, also in its data directory', async () => {
    for (const directory of [newPath(), join(config.dataDir, 'backups/1')]) {
      expect(await ask(`${JSON.stringify({ backup: directory })}\n`)).toMatchObject({ made: { format: 2 } });
    }
  });
});
