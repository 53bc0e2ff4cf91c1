import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The built server's program. */
export const main = 'dist/apps/server/src/main.js';

/** A process runs on the embedded defaults, whatever the tests around it run on. */
export const defaults = { ...process.env, DATABASE_URL: '', EVENTSTORE_URL: '' };

/** A server in a process of its own, as an operator runs it. */
export interface ServerProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly token: string;
  /** All that it printed so far. */
  output(): string;
  /** Ends it with a signal; resolves to its exit code, `null` where the signal ended it. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts the built server on a directory and a free port; resolves once it answers. */
export async function startProcess(
  directory: string,
  environment: Record<string, string> = {},
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [main], {
    env: { ...defaults, DATA_DIR: directory, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
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
    token: readFileSync(join(directory, 'operator-token'), 'utf8').trim(),
    output: () => output,
    async end(signal) {
      child.kill(signal);
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      return child.exitCode;
    },
  };
}

/** Runs one of the built programs to its end. */
export function run(
  program: string,
  environment: Record<string, string>,
  ...args: string[]
): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    env: { ...defaults, ...environment },
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}
