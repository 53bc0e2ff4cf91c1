import { parseArgs } from 'node:util';
import { readConfig, type Config } from './config.js';
import { loadEnvironmentFile } from './environment-file.js';
import { toErrorText } from './error-text.js';

interface LogTool<Arguments> {
  readonly help: string;
  /** Returns the arguments. Throws if they are wrong. Default: there are none but --help. */
  readonly parse?: (args: string[]) => Arguments;
  /** Returns the exit code if the work throws. Default: 1. */
  readonly failureCode?: (error: unknown) => number;
  /** Opens the log, prints what it did and returns the exit code. `closing` is closed afterwards. */
  readonly work: (config: Config, closing: AsyncDisposableStack, args: Arguments) => Promise<number>;
}

/**
 * Runs a command-line tool on the log of an installation, and ends the process. Prints one line if it fails; prints the help
 * and ends with exit code 2 if the arguments are wrong.
 */
export async function runLogTool<Arguments = void>({
  help,
  parse = parseNone as (args: string[]) => Arguments,
  failureCode = () => 1,
  work,
}: LogTool<Arguments>): Promise<never> {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    console.log(help);
    process.exit(0);
  }
  const parsed = parseOrEnd(help, parse, args);
  const fail: (error: unknown) => never = (error) => {
    console.error(`rollbook: ${toErrorText(error)}`);
    process.exit(failureCode(error));
  };
  // The embedded event store ends its thread if the file is damaged.
  process.on('uncaughtException', fail);
  try {
    for (const warning of loadEnvironmentFile()) console.error(`rollbook: ${warning}`);
    process.exit(await runAndClose(readConfig(process.env), work, parsed));
  } catch (error) {
    fail(error);
  }
}

async function runAndClose<Arguments>(
  config: Config,
  work: LogTool<Arguments>['work'],
  args: Arguments,
): Promise<number> {
  await using closing = new AsyncDisposableStack();
  return await work(config, closing, args);
}

const parseNone = (args: string[]): void => void parseArgs({ args, options: {} });

function parseOrEnd<Arguments>(help: string, parse: (args: string[]) => Arguments, args: string[]): Arguments {
  try {
    return parse(args);
  } catch {
    console.error(help);
    return process.exit(2);
  }
}
