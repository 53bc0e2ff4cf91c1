import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Api } from '../support/api.js';
import { pollUntilDefined } from '../support/mail-server.js';
import { embeddedEnvironment } from '../support/server-process.js';
import { expectStatus } from '../support/server.js';

/** Returns a command line that runs a command with a disk of 400 MiB in memory, which no other process sees. */
const onDisk = (directory: string, command: string): string[] => [
  'unshare',
  '--mount',
  '--map-root-user',
  'sh',
  '-c',
  `mount -t tmpfs -o size=400m tmpfs '${directory}' && ${command}`,
];

const [unshare, ...trial] = onDisk(tmpdir(), 'true');
const { status, stderr, error } = spawnSync(unshare!, trial, { encoding: 'utf8' });
const reason = status === 0 ? undefined : `no disk can be mounted here: ${error?.message ?? stderr.trim()}`;
if (reason) console.log(`The disk is not filled: ${reason}.`);

const directory = mkdtempSync(join(tmpdir(), 'full-disk-'));
let child: ChildProcess;
let output = '';
let url = '';

beforeAll(async () => {
  if (reason) return;
  const [command, ...args] = onDisk(directory, `exec '${process.execPath}' dist/apps/server/src/main.js`);
  child = spawn(command!, args, {
    env: { ...embeddedEnvironment, DATA_DIR: directory, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  url = await pollUntilDefined(() => /Rollbook is running at (\S+)/.exec(output)?.[1]);
}, 120_000);
afterAll(async () => {
  if (child?.kill('SIGKILL')) await once(child, 'exit');
  rmSync(directory, { recursive: true });
});

/** Returns the path under which this process reaches a file of the server's disk. */
const there = (name: string): string => join(`/proc/${child.pid}/root`, directory, name);

/** Fills the disk until only `left` bytes are free. */
function fill(left: number): void {
  const { bavail, bsize } = statfsSync(there('.'));
  writeFileSync(there('ballast'), Buffer.alloc(bavail * bsize - left));
}

(reason ? it.skip : it)(
  'OPS-8: a full disk is named by health, log and refusals, which are the same for known and unknown addresses',
  async () => {
    const operator = new Api(url, readFileSync(there('operator-token'), 'utf8').trim());
    const email = 'ada@known.example';
    const person = { firstName: 'Ada', lastName: 'Lovelace', country: 'GB' };
    const { accountId } = expectStatus(
      201,
      await operator.post('/accounts', {
        name: 'Known',
        domains: ['known.example'],
        administrator: { ...person, email },
      }),
    ).body;
    const strangers = async () => {
      const anybody = operator.inBrowser();
      const ask = (address: string) => [
        anybody.post('/login', { email: address, password: 'a wrong guess' }),
        anybody.post('/password-resets', { email: address }),
      ];
      const [known, unknown] = await Promise.all(
        [email, 'nobody@unknown.example'].map((address) => Promise.all(ask(address))),
      );
      const shown = (replies: typeof known) =>
        replies!.map(({ status: code, text, headers }) => [code, text, headers.get('retry-after')]);
      expect(shown(known)).toEqual(shown(unknown));
      return known!.map(({ status: code, body }) => [code, body.code]);
    };
    const health = async () => {
      const { status: code, body } = await operator.get('/health/ready');
      return {
        code,
        status: body.status,
        problems: body.problems.map((problem: { store: string; code: string }) => `${problem.store} ${problem.code}`),
      };
    };
    const whole = { code: 200, status: 'ok', problems: [] };
    await pollUntilDefined(async () => ((await health()).status === 'ok' ? true : undefined));
    expect(await strangers()).toEqual([
      [401, 'login.failed'],
      [202, undefined],
    ]);

    for (const left of [4 << 20, 0]) {
      fill(left);
      await pollUntilDefined(async () => ((await health()).status === 'ok' ? undefined : true));
      expect(await health()).toEqual({
        code: 503,
        status: 'unavailable',
        problems: ['vault disk-full', 'event-store disk-full'],
      });
      expect(await strangers()).toEqual([
        [503, 'storage.full'],
        [503, 'storage.full'],
      ]);
      const refused = await operator.post(`/accounts/${accountId}/users`, { ...person, email: 'bob@known.example' });
      expect(refused).toMatchObject({
        status: 503,
        body: { code: 'storage.full', detail: 'The disk is full: nothing can be written until there is room again.' },
      });
      expectStatus(200, await operator.get(`/accounts/${accountId}/users`, { 'rollbook-min-position': '0' }));
      rmSync(there('ballast'));
      await pollUntilDefined(async () => ((await health()).status === 'ok' ? true : undefined));
      expect(await health()).toEqual(whole);
    }
    expect(await strangers()).toEqual([
      [401, 'login.failed'],
      [202, undefined],
    ]);
    expectStatus(201, await operator.post(`/accounts/${accountId}/users`, { ...person, email: 'bob@known.example' }));
    // The disk was full twice, and each time there was one line.
    for (const store of ['vault', 'event store']) {
      expect(
        output.match(
          new RegExp(`The ${store} is not available \\(disk-full\\): the disk of .* is full: make room\\.`, 'g'),
        ),
      ).toHaveLength(2);
      expect(output.match(new RegExp(`The ${store} is available again`, 'g'))).toHaveLength(2);
    }
  },
  120_000,
);
