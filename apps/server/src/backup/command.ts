import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig, type Config } from '../config.js';
import { loadEnvironmentFile } from '../environment-file.js';
import { toErrorText } from '../error-text.js';

/**
 * Runs a command-line tool that takes one directory and these `flags`, and ends the process. `work` returns the line to
 * print. Exit code 0 if it succeeds, 1 with one line if it throws, 2 for wrong arguments.
 */
export async function runDirectoryCommand(
  help: string,
  work: (directory: string, config: Config, given: ReadonlySet<string>) => Promise<string>,
  flags: readonly string[] = [],
): Promise<never> {
  const asked = parse(flags);
  if (asked?.help) {
    console.log(help);
    process.exit(0);
  }
  if (asked?.directory === undefined) {
    console.error(help);
    process.exit(2);
  }
  try {
    for (const warning of loadEnvironmentFile()) console.error(`rollbook: ${warning}`);
    console.log(await work(resolve(asked.directory), readConfig(process.env), asked.given));
    process.exit(0);
  } catch (error) {
    console.error(`rollbook: ${toErrorText(error)}`);
    process.exit(1);
  }
}

function parse(
  flags: readonly string[],
): { help: boolean; directory?: string; given: ReadonlySet<string> } | undefined {
  try {
    const options = Object.fromEntries(flags.map((flag) => [flag, { type: 'boolean' as const }]));
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { ...options, help: { type: 'boolean', short: 'h' } },
    });
    const [directory, ...more] = positionals;
    return {
      help: values.help === true,
      given: new Set(Object.keys(values)),
      ...(directory !== undefined && more.length === 0 && { directory }),
    };
  } catch {
    return undefined; // an option that there isn't: the help says which there are
  }
}

/** Prints progress if stderr is a terminal. */
export function printProgress(text: string): void {
  if (process.stderr.isTTY) console.error(text);
}
