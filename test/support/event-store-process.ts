import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { embeddedEnvironment } from './server-process.js';

const main = 'dist/test/support/event-store.process.js';

/** An event store in a process of its own. */
export interface EventStoreProcess {
  readonly child: ChildProcess;
  readonly url: string;
  /** Kills it with SIGKILL. */
  kill(): Promise<void>;
}

/**
 * Starts the built event store on a directory.
 * @param wrapCommand returns the command line that runs this one
 */
export async function startEventStoreProcess(
  directory: string,
  wrapCommand = (command: string[]): string[] => command,
): Promise<EventStoreProcess> {
  const [command, ...args] = wrapCommand([process.execPath, main, directory]);
  const child = spawn(command!, args, { env: embeddedEnvironment, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
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
