import { parseArgs } from 'node:util';
import { readConfig, type Config } from './config.js';
import { loadEnvironmentFile } from './environment-file.js';
import { toErrorText } from './error-text.js';
import type { Log } from './open-stores.js';

interface LogTool {
  readonly help: string;
  /** Whether the log may lack events that the vault has seen; default: no. */
  readonly acceptsOlderLog?: boolean;
  /** Returns the exit code if the log can not be opened or the work throws. Default: 1. */
  readonly failureCode?: (error: unknown) => number;
  /** Prints what it did and returns the exit code. */
  readonly work: (log: Log, config: Config) => Promise<number>;
}

/**
 * Runs a command-line tool on the log of an installation whose server is stopped, and ends the process. Prints one line if
 * that fails; exit code 2 for wrong arguments.
 */
export async function runLogTool({
  help,
  acceptsOlderLog = false,
  failureCode = () => 1,
  work,
}: LogTool): Promise<never> {
  const asked = parse();
  if (asked !== 'run') {
    if (asked === 'help') console.log(help);
    else console.error(help);
    process.exit(asked === 'help' ? 0 : 2);
  }
  const fail: (error: unknown) => never = (error) => {
    console.error(`rollbook: ${toErrorText(error)}`);
    process.exit(failureCode(error));
  };
  // The embedded event store ends its thread if the file is damaged.
  process.on('uncaughtException', fail);
  try {
    for (const warning of loadEnvironmentFile()) console.error(`rollbook: ${warning}`);
    const config = readConfig(process.env);
    process.exit(await runOnLog(config, acceptsOlderLog, work));
  } catch (error) {
    fail(error);
  }
}

async function runOnLog(config: Config, acceptsOlderLog: boolean, work: LogTool['work']): Promise<number> {
  // Imported only here, so that help and a wrong setting are reported at once.
  const { vaultExists } = await import('#libs/vault');
  const { lockDataDirectory } = await import('./data-directory.js');
  const { openLog } = await import('./open-stores.js');
  if (!vaultExists(config.dataDir)) throw new Error(`There is no vault in ${config.dataDir}.`);
  await using closing = new AsyncDisposableStack();
  const lock = lockDataDirectory(config.dataDir);
  closing.defer(() => lock.release());
  const log = await openLog(config, closing, { create: false, acceptsOlderLog });
  return await work(log, config);
}

/** Returns what the arguments ask for. */
function parse(): 'run' | 'help' | 'unknown' {
  try {
    const { values } = parseArgs({ options: { help: { type: 'boolean', short: 'h' } } });
    return values.help ? 'help' : 'run';
  } catch {
    return 'unknown';
  }
}
