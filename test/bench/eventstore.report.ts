import type { Reopened } from './eventstore.candidates.js';
import type { AppendRow, ReadRow, Scale } from './eventstore.measures.js';
import { table, type Cell, type Report } from './report.js';

export interface EventStoreReport {
  readonly at: string;
  readonly options: Scale;
  readonly machine: Report['machine'];
  readonly appends: readonly AppendRow[];
  readonly reads: readonly ReadRow[];
  readonly reopened: readonly Reopened[];
}

/** Ratios are to the first candidate of the same measure: of appends the bare loop, of reads EVENTSTORE_URL where it is set. */
export function printEventStores({
  options,
  machine: { cpus, node, load },
  appends,
  reads,
  reopened,
}: EventStoreReport): void {
  console.log(
    `${cpus} CPUs, node ${node}, load average ${load.join(' ')}; latencies and stalls in ms, CPU of the node in µs an operation`,
  );
  const cell = (value: number): Cell => (Number.isNaN(value) ? '' : value);
  const server = (appenders: number): number =>
    appends.find((row) => row.appenders === appenders && row.candidate === 'EVENTSTORE_URL')?.perSecond ?? Number.NaN;
  const first = (of: number): number => appends.find((row) => row.appenders === of)!.perSecond;
  table(
    'Appends, fsynced',
    ['appenders', '', 'a second', 'of bare SQLite', 'of the server', 'p50', 'p99', 'CPU', 'stall'],
    appends.map(({ appenders, candidate, perSecond, p50, p99, cpu, stall }) => [
      appenders,
      candidate,
      perSecond,
      perSecond / first(appenders),
      cell(perSecond / server(appenders)),
      p50,
      p99,
      cell(cpu),
      cell(stall),
    ]),
  );
  table(
    `Events, of a log of ${options.events} and more`,
    ['', '', 'a second', 'of the first', 'CPU', 'stall'],
    reads.map(({ what, candidate, perSecond, cpu, stall }) => [
      what,
      candidate,
      perSecond,
      perSecond / reads.find((row) => row.what === what)!.perSecond,
      cell(cpu),
      cell(stall),
    ]),
  );
  table(
    'Opened again after a crash',
    ['', 'ms', 'MB resident before'],
    reopened.map(({ candidate, took, memory }) => [candidate, took, memory]),
  );
}
