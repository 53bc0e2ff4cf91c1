import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const installed = '/usr/lib/postgresql';

/** Whether a PostgreSQL is installed that {@link PostgresqlProcess} can start. */
export const hasPostgresql = existsSync(installed) && readdirSync(installed).length > 0;

/** A PostgreSQL server of a test's own, which it can stop at any moment, as if its machine had failed. */
export class PostgresqlProcess {
  private constructor(
    private readonly directory: string,
    private readonly port: number,
    private readonly settings: readonly string[],
  ) {}

  /** @param settings of PostgreSQL, like `fsync=off` */
  static async start(...settings: string[]): Promise<PostgresqlProcess> {
    const directory = mkdtempSync(join(tmpdir(), 'postgresql-'));
    if (process.getuid?.() === 0) chownSync(directory, ...idsOfOwner());
    const server = new PostgresqlProcess(directory, await freePort(), settings);
    runAsOwner('initdb', '-D', server.data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8');
    server.resume();
    return server;
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${this.port}/postgres`;
  }

  /** Ends the server without a checkpoint; what was committed is on disk. */
  crash(): void {
    runAsOwner('pg_ctl', '-D', this.data, '-m', 'immediate', 'stop');
  }

  /** Starts the server again after {@link crash}. */
  resume(): void {
    const settings = ['listen_addresses=127.0.0.1', ...this.settings].map((setting) => `-c ${setting}`);
    const options = `-p ${this.port} -k ${this.directory} ${settings.join(' ')}`;
    runAsOwner('pg_ctl', '-D', this.data, '-o', options, '-l', join(this.directory, 'log'), '-w', 'start');
  }

  /** Ends the server and deletes its files. */
  remove(): void {
    this.crash();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private get data(): string {
    return join(this.directory, 'data');
  }
}

/** Runs a program of PostgreSQL, which refuses to be run by root. */
function runAsOwner(program: string, ...args: string[]): void {
  const version = readdirSync(installed)
    .toSorted((one, other) => Number(one) - Number(other))
    .at(-1)!;
  const path = join(installed, version, 'bin', program);
  const isRoot = process.getuid?.() === 0;
  const [uid, gid] = isRoot ? idsOfOwner() : [undefined, undefined];
  execFileSync(path, args, { stdio: 'ignore', ...(isRoot && { uid: uid!, gid: gid! }), cwd: tmpdir() });
}

/** Returns the ids of the user `postgres` and its group. */
function idsOfOwner(): [number, number] {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return [id('-u'), id('-g')];
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
