import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig, type Config } from '../config.js';
import { loadEnvironmentFile } from '../environment-file.js';

/**
 * Runs a command that takes one directory, and these `flags`: `work` answers the line to print in the end. Exit code 0 if it
 * did, 1 with one line if not, 2 if it was called wrongly.
 */
export async function runOnDirectory(
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
    console.error(`rollbook: ${error instanceof Error ? error.message : String(error)}`);
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

/** Shows progress to a person at a terminal. */
export function show(text: string): void {
  if (process.stderr.isTTY) console.error(text);
}
