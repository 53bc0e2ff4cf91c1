import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { defaults } from './process.js';

const main = 'dist/test/support/event-store.process.js';

/** An event store in a process of its own. */
export interface NodeProcess {
  readonly child: ChildProcess;
  readonly url: string;
  /** Ends it at once. */
  kill(): Promise<void>;
}

/**
 * Starts the built event store on a directory.
 * @param wrapped makes the command line that runs this one
 */
export async function startNode(
  directory: string,
  wrapped = (command: string[]): string[] => command,
): Promise<NodeProcess> {
  const [command, ...args] = wrapped([process.execPath, main, directory]);
  const child = spawn(command!, args, { env: defaults, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  const started = await Promise.race([once(child, 'message'), exited.then(() => undefined)]);
  if (!started) throw new Error('the event store did not start');
  return {
    child,
    url: started[0] as string,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
