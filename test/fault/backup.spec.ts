import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { randomUUID } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedEventStore } from '#libs/embedded-eventstore';
import { EventStore } from '#libs/event-store';
import { systemActor, type Recorded } from '#libs/kernel';
import {
  digestTables,
  openTemporaryReadStore,
  ProjectionRunner,
  ReadModels,
  ReadStore,
  type ReadStore as Store,
  type SubscribeToLog,
} from '#libs/read-store';
import { backupMac } from '#libs/vault';
import { requestBackup } from '../../apps/server/src/backup/control.js';
import { textToSign, type Manifest } from '../../apps/server/src/backup/manifest.js';
import { restoreBackup } from '../../apps/server/src/backup/restore-backup.js';
import { writeBackup } from '../../apps/server/src/backup/write-backup.js';
import type { Config } from '../../apps/server/src/config.js';
import type { Log } from '../../apps/server/src/open-stores.js';
import { projections } from '../../apps/server/src/projections.js';
import { startServer } from '../../apps/server/src/server.js';
import { Api } from '../support/api.js';
import { configFor, ignoreMessage, newPath, runWithLog } from '../support/backup.js';
import { runProgram, startServerProcess } from '../support/server-process.js';
import { expectStatus, openTestAccount, startTestServer, type TestServer } from '../support/server.js';

/** Backs up the embedded log, even if the other tests run on other stores. */
const embedded = { EVENTSTORE_URL: '', DATABASE_URL: '' };

/** An installation with a large log, which is slow to copy: 54 MB of events of another application. */
const full = newPath();
beforeAll(() =>
  runWithLog(configFor(full), async ({ node }) => {
    const client = EventStoreDBClient.connectionString(node!.url);
    const text = 'x'.repeat(900_000);
    // One after the other: a node on a busy machine may not write all of it within one append's deadline.
    for (let n = 0; n < 60; n++) await client.appendToStream('filling', jsonEvent({ type: 'Filled', data: { text } }));
    await client.dispose();
  }),
);

/** Makes another installation like it. */
const fill = ({ dataDir }: Config): void => cpSync(full, dataDir, { recursive: true });

async function allOf(store: EventStore, upTo: number): Promise<Recorded[]> {
  const events: Recorded[] = [];
  for await (const event of store.readAll()) if (event.position <= upTo) events.push(event);
  return events;
}

const digestOf = ({ db }: Store) =>
  digestTables(
    db,
    projections.flatMap(({ tables }) => tables),
  );

/** Replays the log up to a position and returns digests of the read models. */
async function digestAt(store: EventStore, position: number): Promise<Record<string, string>> {
  const subscribe: SubscribeToLog = async function* (from, signal) {
    for await (const it of store.follow(from, signal)) {
      if (it.kind === 'event' && it.event.position > position) yield { kind: 'checkpoint', position };
      else if (it.kind !== 'checkpoint') yield it;
    }
  };
  const scratch = await openTemporaryReadStore(projections);
  const runner = new ProjectionRunner({
    store: scratch,
    projections,
    subscribe,
    onProblem: (problem) => console.error(problem),
  });
  await runner.start();
  await runner.waitForPosition(position, 60_000);
  await runner.stop();
  const digest = await digestOf(scratch);
  await scratch.close();
  return digest;
}

describe('with 64 writers at work', () => {
  let original: TestServer;
  let backup: string;
  let manifest: Manifest;
  let before: number;
  const added: string[] = [];

  beforeAll(async () => {
    const home = newPath();
    fill(configFor(home));
    original = await startTestServer({ ...embedded, DATA_DIR: home });
    const account = await openTestAccount(original);
    const { operator } = original;
    const done = new AbortController();
    let acknowledged = 0;
    const write = async (): Promise<void> => {
      while (!done.signal.aborted) {
        const userId = await account.addUser();
        acknowledged = Math.max(
          acknowledged,
          expectStatus(200, await operator.post(account.path(`/users/${userId}/lock`), { reason: 'for a while' }))
            .position,
        );
        added.push(account.path(`/users/${userId}`));
      }
    };
    const writing = Array.from({ length: 64 }, () => write());
    const more = async (users: number): Promise<void> => {
      for (const until = added.length + users; added.length < until;) await account.addUser();
    };
    await more(20);
    before = acknowledged;
    backup = newPath();
    manifest = (await requestBackup(original.config.dataDir, backup, ignoreMessage))!;
    await more(20);
    done.abort();
    await Promise.all(writing);
  }, 120_000);
  afterAll(() => original.close());

  it('OPS-3: a backup holds every write that was acknowledged before, in files that only their owner can read', async () => {
    expect(manifest.position).toBeGreaterThanOrEqual(before);
    expect(readdirSync(backup).sort()).toEqual(['backup.json', 'events.db', 'vault.db', 'vault.key']);
    for (const name of readdirSync(backup)) expect(statSync(join(backup, name)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(join(backup, 'backup.json'), 'utf8'))).toEqual(manifest);
    expect([manifest.format, manifest.installation, manifest.mac]).toEqual([
      2,
      expect.stringMatching(/^[0-9a-f]{64}$/),
      expect.stringMatching(/^[0-9a-f]{64}$/),
    ]);
  });

  it('OPS-3, OPS-5: after a restore every event can be read, and every list and every replay of a user is the same', async () => {
    const position = manifest.position!;
    const config = configFor(newPath());
    await restoreBackup(backup, config, ignoreMessage);
    const restored = await startServer(config);
    const api = new Api(restored.url, readFileSync(restored.operatorToken, 'utf8').trim());
    const [store, copy] = [original.server.app.get(EventStore), restored.app.get(EventStore)];
    try {
      expect(await allOf(copy, position)).toEqual(await allOf(store, position));
      expect(await original.server.app.get(EventStore).lastPosition()).toBeGreaterThan(position);
      const [next] = (await allOf(copy, Infinity)).filter((event) => event.position > position);
      expect(next).toMatchObject({ type: 'InstallationRestored', data: { madeAt: manifest.madeAt, position } });

      await restored.app.get(ReadModels).waitForPosition(position + 1, 60_000);
      const lists = await digestAt(store, position);
      expect(lists['user_list']).toMatch(/^[1-9]\d*:/);
      expect(await digestAt(copy, position)).toEqual(lists);
      // Since then the restored server has issued a token to its operator.
      const head = await copy.lastPosition();
      await restored.app.get(ReadModels).waitForPosition(head, 60_000);
      expect(await digestOf(restored.app.get(ReadStore))).toEqual(await digestAt(copy, head));

      let compared = 0;
      for (const path of added.slice(0, 20)) {
        for (const rest of ['?at=0', '?at=1']) {
          const reply = await api.get(path + rest);
          expect(reply.status).toBe(200);
          expect(reply.body).toEqual((await original.operator.get(path + rest)).body);
          compared++;
        }
      }
      expect(compared).toBe(40);
    } finally {
      await restored.close();
    }
  }, 120_000);
});

describe('an installation at rest', () => {
  const home = newPath();
  let backup: string;

  beforeAll(async () => {
    backup = newPath();
    await runWithLog(configFor(home), async (log) => {
      await log.vault.outbox.saveWithCheckpoint(
        await log.vault.outbox.findCheckpoint(),
        1_000_000,
        log.vault.outbox.enqueue({ id: 'mail', kind: 'password-link', user: 'ann', about: 'request', since: 1 }),
      );
      await writeBackup(backup, { config: configFor(home), ...log }, ignoreMessage, new AbortController().signal);
    });
  });

  /** Copies the backup, so that a test can damage the copy. */
  function copied(): string {
    const copy = newPath();
    cpSync(backup, copy, { recursive: true });
    return copy;
  }

  /** Returns the one line with which a restore refuses. Checks that it has left no files that a server could start on. */
  async function refusal(directory: string, config = configFor(newPath())): Promise<string> {
    const error = await restoreBackup(directory, config, ignoreMessage).then(
      () => undefined,
      (refused: Error) => refused,
    );
    expect(error?.message).toMatch(/^.+$/);
    const left = existsSync(config.dataDir) ? readdirSync(config.dataDir) : [];
    expect(left.filter((name) => name !== 'lock')).toEqual([]);
    return error!.message;
  }

  it('OPS-3: keeps the mails that are still to be sent, and follows its log from the end', async () => {
    const config = configFor(newPath());
    const { position } = await restoreBackup(backup, config, ignoreMessage);
    await runWithLog(config, async ({ vault }) => {
      expect((await vault.outbox.list('owed', 9)).map(({ id }) => id)).toEqual(['mail']);
      expect(await vault.outbox.findCheckpoint()).toBe(position);
    });
  });

  it('OPS-3: has the key of a user who is added while the log is copied', async () => {
    const [config, restored] = [configFor(newPath()), configFor(newPath())];
    fill(config);
    const data = {
      email: 'late@example.com',
      firstName: 'Late',
      lastName: 'Comer',
      country: 'GB',
      account: randomUUID(),
      status: 'active' as const,
    };
    const come = ({ store }: Log) => {
      const id = randomUUID();
      const envelope = {
        correlationId: id,
        causationId: id,
        actor: systemActor,
        subject: { kind: 'user' as const, id },
        at: new Date().toISOString(),
        schema: 1,
      };
      return store.append(`user-${id}`, -1, [{ id, type: 'UserAdded', data, envelope }]);
    };
    const [copy, position] = await runWithLog(config, async (log) => {
      // On a busy machine the user may be added too late: repeat until one is in the copy.
      for (;;) {
        const directory = newPath();
        let coming: ReturnType<typeof come> | undefined;
        const made = await writeBackup(
          directory,
          { config, ...log },
          () => void (coming ??= come(log)),
          new AbortController().signal,
        );
        const came = await coming!;
        if (came.position <= made.position!) return [directory, came.position] as const;
      }
    });
    await restoreBackup(copy, restored, ignoreMessage);
    const events = await runWithLog(restored, ({ store }) => allOf(store, position));
    expect(events.at(-1)).toMatchObject({ type: 'UserAdded', data });
  }, 120_000);

  it('OPS-3, EVENT-7: gives the log a new restore id with each restore', async () => {
    const restored = await runWithLog(configFor(home), async (log) => [log.restored]);
    for (const config of [configFor(newPath()), configFor(newPath())]) {
      await restoreBackup(backup, config, ignoreMessage);
      restored.push(await runWithLog(config, async (log) => log.restored));
    }
    expect(restored[0]).toBe('');
    expect(new Set(restored).size).toBe(3);
  });

  it('OPS-3: is refused if its manifest, its vault or a part of its log is missing', async () => {
    const [noManifest, noVault, torn, changed] = [copied(), copied(), copied(), copied()] as const;
    rmSync(join(noManifest, 'backup.json'));
    expect(await refusal(noManifest)).toBe(`${noManifest} is not a whole backup: it has no backup.json.`);
    rmSync(join(noVault, 'vault.db'));
    expect(await refusal(noVault)).toBe(`${noVault} is a backup without its vault.db.`);
    truncateSync(join(torn, 'events.db'), 8192);
    expect(await refusal(torn)).toMatch(/events\.db has 8192 bytes, not the \d+ that were backed up\.$/);
    const bytes = readFileSync(join(changed, 'events.db'));
    bytes[bytes.length - 1]! ^= 1;
    writeFileSync(join(changed, 'events.db'), bytes);
    expect(await refusal(changed)).toMatch(/events\.db is not the file that was backed up\.$/);
  });

  it("OPS-3: is refused with another installation's vault, even if the manifest names that vault", async () => {
    const [other, mixed] = [newPath(), copied()];
    const config = configFor(newPath());
    const theirs = await runWithLog(config, async (log) =>
      writeBackup(other, { config, ...log }, ignoreMessage, new AbortController().signal),
    );
    cpSync(join(other, 'vault.db'), join(mixed, 'vault.db'));
    expect(await refusal(mixed)).toMatch(/vault\.db is not the file that was backed up\.$/);
    cpSync(join(other, 'vault.key'), join(mixed, 'vault.key'));
    const ours = JSON.parse(readFileSync(join(backup, 'backup.json'), 'utf8')) as Manifest;
    const forged = {
      ...ours,
      installation: theirs.installation,
      files: { ...theirs.files, 'events.db': ours.files['events.db']! },
    };
    const write = (manifest: Manifest) => writeFileSync(join(mixed, 'backup.json'), JSON.stringify(manifest));
    write(forged);
    expect(await refusal(mixed)).toMatch(/backup\.json does not fit the vault's key/);
    const key = Buffer.from(readFileSync(join(mixed, 'vault.key'), 'utf8').trim(), 'hex');
    write({ ...forged, mac: backupMac(key, textToSign(forged)) });
    expect(await refusal(mixed)).toMatch(/^The backup can not be restored: This log was founded with another vault/);
  });

  it('OPS-3: is refused for another namespace, or if a directory is not empty', async () => {
    expect(await refusal(backup, configFor(newPath(), { EVENTSTORE_NAMESPACE: 'other' }))).toBe(
      'The backup is of the namespace rollbook: set EVENTSTORE_NAMESPACE=rollbook.',
    );
    await expect(restoreBackup(backup, configFor(home), ignoreMessage)).rejects.toThrow(`${home} is not empty.`);
    await runWithLog(configFor(home), async (log) => {
      const again = writeBackup(
        backup,
        { config: configFor(home), ...log },
        ignoreMessage,
        new AbortController().signal,
      );
      await expect(again).rejects.toThrow(`${backup} is not empty.`);
    });
    expect(readdirSync(backup)).toHaveLength(4);
  });

  it('OPS-3: does not start if its restore was interrupted', async () => {
    const config = configFor(newPath());
    await restoreBackup(backup, config, ignoreMessage);
    mkdirSync(join(config.dataDir, 'restoring'));
    await expect(startServer(config).then((server) => server.close())).rejects.toThrow(
      /^A restore into .* was cut short: empty the directory and restore again\.$/,
    );
    await expect(restoreBackup(backup, config, ignoreMessage)).rejects.toThrow('is not empty.');
  });

  it('OPS-3: does not contain a key that is in the settings, and its restore asks for that key', async () => {
    const key = { VAULT_KEY: 'ab'.repeat(32) };
    const [config, keyless] = [configFor(newPath(), key), newPath()];
    await runWithLog(config, (log) =>
      writeBackup(keyless, { config, ...log }, ignoreMessage, new AbortController().signal),
    );
    expect(readdirSync(keyless).sort()).toEqual(['backup.json', 'events.db', 'vault.db']);
    expect(await refusal(keyless)).toBe("The backup is without its vault's key: set VAULT_KEY or VAULT_KEY_FILE.");
    expect(await refusal(keyless, configFor(newPath(), { VAULT_KEY: 'cd'.repeat(32) }))).toMatch(
      /backup\.json does not fit the vault's key: the backup is of another installation, or was changed\.$/,
    );
    await restoreBackup(keyless, configFor(newPath(), key), ignoreMessage);
  });

  it('OPS-3: contains only the vault if EventStoreDB keeps the log, and can be restored beside that log only', async () => {
    const [node, empty] = await Promise.all(
      [newPath(), newPath()].map((directory) => startEmbeddedEventStore({ directory })),
    );
    const grown = (url = node!.url) => configFor(newPath(), { EVENTSTORE_URL: url });
    const [config, vault] = [grown(), newPath()];
    try {
      const made = await runWithLog(config, (log) =>
        writeBackup(vault, { config, ...log }, ignoreMessage, new AbortController().signal),
      );
      expect([made.position, readdirSync(vault).sort()]).toEqual([undefined, ['backup.json', 'vault.db', 'vault.key']]);
      expect(await refusal(vault)).toMatch(/^The backup is of the vault alone/);
      expect(await refusal(backup, grown())).toMatch(/^The backup holds a log of its own/);
      expect(await refusal(vault, grown(empty!.url))).toBe(
        'The backup can not be restored: There is no log of this installation.',
      );
      const again = grown();
      await restoreBackup(vault, again, ignoreMessage);
      await runWithLog(again, async (log) =>
        expect([log.vault.fingerprint, log.restored]).toEqual([made.installation, expect.stringMatching(/./)]),
      );
    } finally {
      await Promise.all([node!.close(), empty!.close()]);
    }
  });
});

describe('the commands', () => {
  const [backupCommand, restoreCommand] = [
    'dist/apps/server/src/backup/backup.js',
    'dist/apps/server/src/backup/restore.js',
  ];
  const home = newPath();

  beforeAll(async () => {
    fill(configFor(home));
  }, 120_000);

  it('OPS-3: back up with and without a running server, restore, and print in one line where the files are', async () => {
    const [live, still, restored] = [newPath(), newPath(), newPath()];
    const line = (directory: string) =>
      new RegExp(
        `^The log up to position \\d+ and its vault are backed up in ${directory}\\. The backup holds the vault's key: .*\n$`,
      );
    const server = await startServerProcess(home);
    try {
      expect(runProgram(backupCommand, { DATA_DIR: home }, live)).toEqual({
        status: 0,
        output: expect.stringMatching(line(live)),
      });
      expect(runProgram(restoreCommand, { DATA_DIR: home }, live)).toEqual({
        status: 1,
        output: `rollbook: ${home} is not empty.\n`,
      });
    } finally {
      await server.end('SIGTERM');
    }
    expect(runProgram(backupCommand, { DATA_DIR: home }, still)).toEqual({
      status: 0,
      output: expect.stringMatching(line(still)),
    });
    expect(runProgram(restoreCommand, { DATA_DIR: restored }, live)).toEqual({
      status: 0,
      output: expect.stringMatching(/^The log up to position \d+ .* are restored in .*\n$/),
    });
    const again = await startServerProcess(restored);
    expect(again.token).not.toBe(server.token);
    const asOperator = (token: string) => new Api(again.url, token).get('/me');
    expect([(await asOperator(again.token)).status, (await asOperator(server.token)).status]).toEqual([200, 401]);
    await again.end('SIGTERM');
  }, 120_000);

  it('OPS-3: leave no usable backup if the server ends meanwhile', async () => {
    for (const [signal, says] of [
      ['SIGKILL', /^The server ended before the backup was made/],
      ['SIGTERM', /^The server ends\.$/],
    ] as const) {
      const [server, directory] = [await startServerProcess(home), newPath()];
      let ended: Promise<unknown> | undefined;
      const context = requestBackup(home, directory, () => void (ended ??= server.end(signal)));
      await expect(context).rejects.toThrow(says);
      await ended;
      await expect(restoreBackup(directory, configFor(newPath()), ignoreMessage)).rejects.toThrow(
        'is not a whole backup: it has no backup.json.',
      );
      if (signal === 'SIGTERM') expect(readdirSync(directory)).toEqual([]);
    }
  }, 120_000);

  it('OPS-3: print how to use them', async () => {
    for (const command of [backupCommand, restoreCommand]) {
      const { status, output } = runProgram(command, {}, '--help');
      expect([status, output]).toEqual([
        0,
        expect.stringMatching(/^npm run (backup -- DIR|restore -- DIR \[--without-mac\])\n/),
      ]);
      expect([[], ['--wrong'], ['one', 'two']].map((args) => runProgram(command, {}, ...args))).toEqual(
        [2, 2, 2].map(() => ({ status: 2, output })),
      );
    }
    expect(runProgram(backupCommand, { DATA_DIR: newPath() }, newPath())).toEqual({
      status: 1,
      output: expect.stringMatching(/^rollbook: There is nothing to back up in .*\n$/),
    });
  });
});
