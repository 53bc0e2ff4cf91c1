import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The path of the built server. */
export const serverProgram = 'dist/apps/server/src/main.js';

/** Environment variables for a process on the embedded stores, whichever stores the tests run on. */
export const embeddedEnvironment = { ...process.env, DATABASE_URL: '', EVENTSTORE_URL: '' };

/** A server in a process of its own, as an operator runs it. */
export interface ServerProcess {
  readonly child: ChildProcess;
  readonly url: string;
  /** The operator's token in its data directory; '' if there is none, as with STATE_URL. */
  readonly token: string;
  /** Returns all output so far. */
  output(): string;
  /** Sends it a signal and waits for its end; returns the exit code, or `null` if the signal killed it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/**
 * Starts the built server on a directory and a free port; resolves once it listens.
 * @param build the directory of the build. Default: this one
 */
export async function startServerProcess(
  directory: string,
  environment: Record<string, string> = {},
  build = '.',
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [join(build, serverProgram)], {
    env: { ...embeddedEnvironment, DATA_DIR: directory, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const tokenFile = join(directory, 'operator-token');
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      output += `${line}\n`;
      const at = /Rollbook is running at (\S+)/.exec(line)?.[1];
      if (at) resolve(at);
    });
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${output}`)));
  });
  return {
    child,
    url,
    token: existsSync(tokenFile) ? readFileSync(tokenFile, 'utf8').trim() : '',
    output: () => output,
    async end(signal) {
      child.kill(signal);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      return child.exitCode;
    },
  };
}

/** Runs a built program and waits for its end; returns its exit code and its output. */
export function runProgram(
  program: string,
  environment: Record<string, string>,
  ...args: string[]
): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    env: { ...embeddedEnvironment, ...environment },
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}
