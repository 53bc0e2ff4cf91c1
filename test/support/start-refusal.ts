import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serverProgram, runProgram } from './server-process.js';

const directories: string[] = [];

afterAll(() => directories.forEach((directory) => rmSync(directory, { recursive: true, force: true })));

/** Returns a new empty directory, which is removed after all tests of the file. */
export function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'rollbook-'));
  directories.push(directory);
  return directory;
}

/** Starts a server that must refuse to start; returns the one line that it prints. */
export function startRefusal(environment: Record<string, string>): string {
  const { status, output } = runProgram(serverProgram, { PORT: '0', LOG_LEVEL: 'log', ...environment });
  const printed = output.split('\n').filter((line) => line.startsWith('rollbook:'));
  expect({
    status,
    lines: printed.length,
    ends: output.endsWith(`${printed[0]}\n`),
    stack: /^\s+at /m.test(output),
  }).toEqual({ status: 1, lines: 1, ends: true, stack: false });
  return printed[0]!;
}
