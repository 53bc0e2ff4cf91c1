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
import { listenForBackupRequests } from '../../apps/server/src/backup/control.js';
import { describeFile } from '../../apps/server/src/backup/files.js';
import { textToSign, type Manifest } from '../../apps/server/src/backup/manifest.js';
import { restoreBackup } from '../../apps/server/src/backup/restore-backup.js';
import { writeBackup } from '../../apps/server/src/backup/write-backup.js';
import type { Config } from '../../apps/server/src/config.js';
import { openLog } from '../../apps/server/src/open-stores.js';
import { configFor, ignoreMessage, newPath, runWithLog, testDirectory } from '../support/backup.js';
import { runProgram } from '../support/server-process.js';

const key = { VAULT_KEY: 'ab'.repeat(32) };

/** A backup of an installation of its own. */
async function backUp(more: Record<string, string> = {}): Promise<string> {
  const [config, directory] = [configFor(newPath(), more), newPath()];
  await runWithLog(config, (log) =>
    writeBackup(directory, { config, ...log }, ignoreMessage, new AbortController().signal),
  );
  return directory;
}

/** One that holds its key, and one without. */
let whole: string;
let keyless: string;
beforeAll(async () => void ([whole, keyless] = [await backUp(), await backUp(key)]));

function copied(backup: string): string {
  const copy = newPath();
  cpSync(backup, copy, { recursive: true });
  return copy;
}

const manifestOf = (backup: string) => JSON.parse(readFileSync(join(backup, 'backup.json'), 'utf8')) as Manifest;
const write = (backup: string, manifest: object) =>
  writeFileSync(join(backup, 'backup.json'), JSON.stringify(manifest));
const keyIn = (backup: string) => Buffer.from(readFileSync(join(backup, 'vault.key'), 'utf8').trim(), 'hex');

/** Writes a manifest with the MAC of whoever has the key, as the one who puts a key of their own into a backup. */
const sign = (backup: string, manifest: Manifest, by = keyIn(backup)) =>
  write(backup, { ...manifest, mac: backupMac(by, textToSign(manifest)) });

/** All names below a directory. */
const below = (directory: string): string[] =>
  existsSync(directory) ? readdirSync(directory, { recursive: true, encoding: 'utf8' }).sort() : [];

/** The one line that a restore says where it refuses, having written nothing: not even its directory is made. */
async function refusal(
  backup: string,
  options: { withoutMac?: boolean } = {},
  more: Record<string, string> = {},
): Promise<string> {
  const dataDir = join(newPath(), 'data');
  const around = below(testDirectory);
  const error = await restoreBackup(backup, configFor(dataDir, more), ignoreMessage, options).then(
    () => undefined,
    (refused: Error) => refused,
  );
  expect(error?.message).toMatch(/^.+$/);
  expect(below(testDirectory)).toEqual(around);
  return error!.message;
}

describe('a crafted backup writes nothing', () => {
  const evil = '* * * * * root touch /tmp/evil\n';

  it.each([
    ['a path out of the directory', '../../evil-cron'],
    ['a path into another', 'events/events.db'],
    ['an absolute path', join(testDirectory, 'evil-cron')],
    ['a path that ends where it should', `../${'x/'.repeat(2)}../vault.db`],
    ['a name that is none of ours', 'operator-token'],
    ['another case', 'VAULT.DB'],
    ['the manifest itself', 'backup.json'],
    ['no name', ''],
    ['this directory', '.'],
  ])('OPS-3: %s in the manifest is refused, whoever wrote its MAC', async (_, name) => {
    const backup = copied(whole);
    const file = join(backup, name);
    if (!existsSync(file)) {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, evil);
    }
    const manifest = manifestOf(backup);
    const facts = statSync(file).isFile() ? await describeFile(file) : manifest.files['vault.db'];
    const files = { ...manifest.files, [name]: facts } as Manifest['files'];
    const message = `${join(backup, 'backup.json')} is not what a backup wrote.`;
    sign(backup, { ...manifest, files });
    expect(await refusal(backup)).toBe(message);
    const { mac: _mac, ...old } = manifest;
    write(backup, { ...old, format: 1, files });
    expect(await refusal(backup, { withoutMac: true })).toBe(message);
  });

  it('OPS-3: a name that every object has is no file', async () => {
    const backup = copied(whole);
    const json = readFileSync(join(backup, 'backup.json'), 'utf8').replace(
      '"files": {',
      '"files": { "__proto__": { "bytes": 0, "sha256": "" },',
    );
    writeFileSync(join(backup, 'backup.json'), json);
    expect(await refusal(backup)).toMatch(/is not what a backup wrote\.$/);
  });

  it.each<[string, (manifest: Manifest) => object]>([
    ['no files', (manifest) => ({ ...manifest, files: undefined })],
    ['no vault', (manifest) => ({ ...manifest, files: { 'events.db': manifest.files['events.db'] } })],
    ['a log without its position', (manifest) => ({ ...manifest, position: undefined })],
    [
      'a position without its log',
      (manifest) => ({ ...manifest, files: { ...manifest.files, 'events.db': undefined } }),
    ],
    ['a position that is none', (manifest) => ({ ...manifest, position: -1 })],
    [
      'an endless size',
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
      'more about a file',
      (manifest) => ({
        ...manifest,
        files: { ...manifest.files, 'vault.db': { ...manifest.files['vault.db'], mode: 0o4755 } },
      }),
    ],
    ['a field that there is not', (manifest) => ({ ...manifest, target: '/etc' })],
    ['another time', (manifest) => ({ ...manifest, madeAt: 'now\u001b[2J' })],
    ['a MAC that is none', (manifest) => ({ ...manifest, mac: 5 })],
    ['no MAC', (manifest) => ({ ...manifest, mac: undefined })],
    ['a format that is none', (manifest) => ({ ...manifest, format: '2' })],
    ['a list', () => []],
    ['nothing', () => null as never],
    ['far too much', (manifest) => ({ ...manifest, more: 'x'.repeat(20_000) })],
  ])('OPS-3: a manifest with %s is refused', async (_, crafted) => {
    const backup = copied(whole);
    write(backup, crafted(manifestOf(backup)));
    expect(await refusal(backup, { withoutMac: true })).toBe(
      `${join(backup, 'backup.json')} is not what a backup wrote.`,
    );
  });

  it.each(['events.db', 'vault.db', 'vault.key', 'backup.json'])(
    'OPS-3: a link in the place of %s is refused',
    async (name) => {
      const [backup, elsewhere] = [copied(whole), newPath()];
      renameSync(join(backup, name), elsewhere);
      symlinkSync(elsewhere, join(backup, name));
      expect(await refusal(backup)).toMatch(
        new RegExp(`${name} (is not a plain file, as a backup writes them|can not be read \\(ELOOP\\))\\.$`),
      );
    },
  );

  it.each(['vault.db', 'backup.json'])('OPS-3: a pipe in the place of %s is refused, not waited for', async (name) => {
    const backup = copied(whole);
    rmSync(join(backup, name));
    execFileSync('mkfifo', [join(backup, name)]);
    expect(await refusal(backup)).toMatch(
      /(is not a plain file, as a backup writes them|is not what a backup wrote)\.$/,
    );
  });

  it.each(['events.db-wal', 'vault.db-journal', 'evil', '.hidden'])(
    'OPS-3: %s beside its files is refused',
    async (name) => {
      const backup = copied(whole);
      writeFileSync(join(backup, name), evil);
      expect(await refusal(backup)).toBe(`${join(backup, name)} is no part of the backup: take it away.`);
    },
  );

  it('OPS-3: a directory beside its files is refused', async () => {
    const backup = copied(whole);
    mkdirSync(join(backup, 'events'));
    expect(await refusal(backup)).toMatch(/events is no part of the backup: take it away\.$/);
  });
});

describe('the MAC of a backup', () => {
  const unfit = (backup: string) =>
    `${join(backup, 'backup.json')} does not fit the vault's key: the backup is of another installation, or was changed.`;

  it.each<[string, (manifest: Manifest) => Manifest]>([
    ['when it was made', (manifest) => ({ ...manifest, madeAt: '2026-01-01T00:00:00.000Z' })],
    ['its position', (manifest) => ({ ...manifest, position: manifest.position! + 1 })],
    ['its installation', (manifest) => ({ ...manifest, installation: 'a'.repeat(64) })],
    [
      'a digest',
      (manifest) => ({
        ...manifest,
        files: { ...manifest.files, 'vault.db': { ...manifest.files['vault.db']!, sha256: 'a'.repeat(64) } },
      }),
    ],
    ['itself', (manifest) => ({ ...manifest, mac: 'a'.repeat(64) })],
  ])('OPS-11: covers %s', async (_, change) => {
    for (const [backup, more] of [
      [copied(whole), {}],
      [copied(keyless), key],
    ] as const) {
      write(backup, change(manifestOf(backup)));
      expect(await refusal(backup, {}, more)).toBe(unfit(backup));
    }
  });

  it("OPS-11: is checked with the settings' key, not with one in the backup", async () => {
    expect(await refusal(whole, {}, key)).toBe(unfit(whole));
    const file = newPath();
    writeFileSync(file, key.VAULT_KEY);
    expect(await refusal(whole, {}, { VAULT_KEY_FILE: file })).toBe(unfit(whole));
    const config = configFor(newPath(), { VAULT_KEY_FILE: file });
    await restoreBackup(keyless, config, ignoreMessage);
    expect(readdirSync(config.dataDir)).not.toContain('vault.key');
  });

  it("OPS-11: with the settings' key, that key in the backup is not laid beside the vault", async () => {
    const config = configFor(newPath(), { VAULT_KEY: keyIn(whole).toString('hex') });
    await restoreBackup(whole, config, ignoreMessage);
    expect(readdirSync(config.dataDir).sort()).toEqual(['events', 'lock', 'vault.db']);
  });

  it('OPS-11: is missing in a backup of an earlier release, which is restored only where one says so, and checked all the same', async () => {
    const backup = copied(whole);
    const { mac: _, ...old } = { ...manifestOf(backup), format: 1 };
    write(backup, old);
    expect(await refusal(backup)).toBe(
      `${backup} is a backup of an earlier release, whose manifest has no MAC: if you know where it comes from, restore it with --without-mac.`,
    );
    const [command, dataDir] = ['dist/apps/server/src/backup/restore.js', newPath()];
    expect(runProgram(command, { DATA_DIR: dataDir }, '--without-mac', backup)).toEqual({
      status: 0,
      output: expect.stringMatching(/ are restored in /),
    });
    write(backup, { ...old, installation: 'a'.repeat(64) });
    const config = configFor(newPath());
    await expect(restoreBackup(backup, config, ignoreMessage, { withoutMac: true })).rejects.toThrow(
      'The backup can not be restored: its vault is not the one that it names.',
    );
    expect(below(config.dataDir)).toEqual(['lock']);
    write(backup, {
      ...old,
      files: { ...old.files, 'vault.key': { ...old.files['vault.key']!, sha256: 'a'.repeat(64) } },
    });
    expect(await refusal(backup, { withoutMac: true })).toMatch(/vault\.key is not the file that was backed up\.$/);
  });
});

describe('a running server that is asked for a backup', () => {
  let config: Config;
  let ask: (line: string) => Promise<object>;
  const closing = new AsyncDisposableStack();
  beforeAll(async () => {
    config = configFor(newPath());
    const log = await openLog(config, closing);
    const control = await listenForBackupRequests({ config, ...log });
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
    ['what is no text', '{"backup":5}'],
    ['a path relative to nobody knows what', '{"backup":"backup"}'],
    ['a path with an end of its own', '{"backup":"/tmp/a\\u0000b"}'],
    ['far too much', JSON.stringify({ backup: `/tmp/${'x'.repeat(20_000)}` })],
  ])('OPS-3: refuses %s, and makes nothing', async (_, line) => {
    expect(await ask(`${line}\n`)).toEqual({
      refused: 'A request is a line of JSON with the absolute path of a directory: {"backup":"/…"}.',
    });
  });

  it.each(['restoring', 'mail', 'control/backup', 'vault.key', 'vault.db-wal', '.'])(
    'OPS-3: makes none in %s of its own directory',
    async (place) => {
      const before = below(config.dataDir);
      const directory = join(config.dataDir, place);
      expect(await ask(`${JSON.stringify({ backup: directory })}\n`)).toEqual({
        refused: expect.stringMatching(/ is a place of the server itself: name another directory\.$/),
      });
      expect(below(config.dataDir)).toEqual(before);
    },
  );

  it('OPS-3: makes one elsewhere, also below its directory', async () => {
    for (const directory of [newPath(), join(config.dataDir, 'backups/1')]) {
      expect(await ask(`${JSON.stringify({ backup: directory })}\n`)).toMatchObject({ made: { format: 2 } });
    }
  });
});
