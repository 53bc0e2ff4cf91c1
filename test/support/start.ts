import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main, run } from './process.js';

const directories: string[] = [];

afterAll(() => directories.forEach((directory) => rmSync(directory, { recursive: true, force: true })));

/** An empty directory, removed after all tests of the file. */
export function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'rollbook-'));
  directories.push(directory);
  return directory;
}

/** Starts a server that can not start; the one line that it says. */
export function refusal(environment: Record<string, string>): string {
  const { status, output } = run(main, { PORT: '0', LOG_LEVEL: 'log', ...environment });
  const said = output.split('\n').filter((line) => line.startsWith('rollbook:'));
  expect({ status, lines: said.length, ends: output.endsWith(`${said[0]}\n`), stack: /^\s+at /m.test(output) }).toEqual(
    { status: 1, lines: 1, ends: true, stack: false },
  );
  return said[0]!;
}
