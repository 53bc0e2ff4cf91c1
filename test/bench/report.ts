import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import type { CommandRow } from './commands.js';
import type { Where } from './profile.js';
import type { Logins } from './logins.js';
import type { ProtectionRow } from './protection.js';
import type { StartRow } from './starts.js';
import { rounded, type LatencyRow } from './statistics.js';

export interface Report {
  readonly at: string;
  readonly machine: {
    readonly cpus: number;
    readonly model: string;
    readonly node: string;
    readonly load: readonly number[];
  };
  readonly options: object;
  readonly commands: readonly CommandRow[];
  readonly visibility: readonly LatencyRow[];
  readonly reads: readonly LatencyRow[];
  readonly catchUp: { readonly events: number; readonly seconds: number };
  readonly memoryUnderLoad: number;
  readonly logins: Logins;
  /** Empty without Chromium. */
  readonly pages: readonly LatencyRow[];
  readonly starts: readonly StartRow[];
  /** The cost of authenticating and sealing an event with two boxes. */
  readonly protection: readonly ProtectionRow[];
  readonly profile?: Where;
}

export const machine = (): Report['machine'] => ({
  cpus: cpus().length,
  model: cpus()[0]?.model ?? '',
  node: process.version,
  load: loadavg().map(rounded),
});

/** Writes `bench-results/<time>.json`; returns its path. */
export function save(report: Pick<Report, 'at'>): string {
  const file = join('bench-results', `${report.at.replaceAll(':', '-')}.json`);
  mkdirSync('bench-results', { recursive: true });
  writeFileSync(file, JSON.stringify(report, null, 2));
  return file;
}

export function print({
  machine: { cpus: count, node, load },
  commands,
  visibility,
  reads,
  catchUp,
  memoryUnderLoad,
  logins,
  pages,
  starts,
  protection,
  profile,
}: Report): void {
  console.log(`${count} CPUs, node ${node}, load average ${load.join(' ')}; times in ms`);
  table(
    'Commands',
    ['', 'clients', '', 'a second', 'of bare', 'p50', 'p99', 'CPU each'],
    commands.map((row) => [
      row.act,
      row.clients,
      row.candidate,
      row.perSecond,
      row.ofBare,
      row.p50,
      row.p99,
      row.cpu ?? '',
    ]),
  );
  const latencies = (rows: readonly LatencyRow[]) =>
    rows.map(({ what, requests, p50, p95, p99 }) => [what, requests, p50, p95, p99]);
  table('From command to list', ['', 'requests', 'p50', 'p95', 'p99'], latencies(visibility));
  table('Reads, one at a time', ['', 'requests', 'p50', 'p95', 'p99'], latencies(reads));
  if (pages.length > 0) table('In a browser', ['', 'times', 'p50', 'p95', 'p99'], latencies(pages));
  table(
    'Logins',
    ['', 'a second', 'of bare'],
    logins.rates.map(({ what, perSecond, ofBare }) => [what, perSecond, ofBare]),
  );
  table('What a stranger could time', ['failed login', 'requests', 'p50', 'p95', 'p99'], latencies(logins.failures));
  table(
    '120 wrong logins at once, and another caller who lists users',
    ['address', 'answers', 'p50', 'p95', 'max', 'list p95, quiet', 'under the burst', 'ratio'],
    logins.bursts.map((row) => [
      row.address,
      [...new Set(row.codes)].join(' | '),
      row.p50,
      row.p95,
      row.max,
      row.quietP95,
      row.listP95,
      row.ratio,
    ]),
  );
  table('Live', ['', 'requests', 'p50', 'p95', 'p99'], latencies(logins.live));
  table(
    'The process',
    ['', '', ''],
    [
      ...starts.map(({ what, value, unit }) => [what, value, unit]),
      ['resident memory, under load', memoryUnderLoad, 'MB'],
      ['read models catch up', catchUp.events / catchUp.seconds, 'events/s'],
    ],
  );
  table(
    'Authenticating and sealing an event with two boxes',
    ['', 'CPU µs', 'goal'],
    protection.map(({ what, microseconds, goal }) => [what, microseconds, goal ?? '']),
  );
  if (!profile) return;
  const shares = (rows: Where['packages']) => rows.map(({ what, share }) => [what, `${(share * 100).toFixed(1)} %`]);
  table("Where the main thread's time goes, by package", ['', 'self time'], shares(profile.packages));
  table('By function', ['', 'self time'], shares(profile.functions));
}

export type Cell = string | number;

/** Prints a table; columns of numbers are aligned right. */
export function table(title: string, heads: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const lines = [
    heads,
    ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? String(rounded(cell)) : cell))),
  ];
  const widths = heads.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const isNumber = heads.map((_, column) => rows.some((row) => typeof row[column] === 'number'));
  console.log(`\n${title}`);
  for (const line of lines)
    console.log(
      `  ${line.map((cell, column) => (isNumber[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!))).join('  ')}`,
    );
}
