import { randomUUID } from 'node:crypto';
import type { Appends, Fired, Raw } from './load.js';
import { startPeer, type Peer } from './peer.js';
import type { Reads, Seed } from './reader.process.js';
import type { Inserts } from './sqlite.process.js';
import { median, percentile } from './statistics.js';

/** An event store to measure; `node` if it is an embedded one. */
export interface Candidate {
  readonly name: string;
  readonly url: string;
  readonly node?: { peer: Peer; readonly directory: string; readonly insecure: boolean };
}

export interface Scale {
  readonly events: number;
  readonly appends: number;
  readonly rounds: number;
}

/** Medians of the rounds. Times in ms, CPU in µs for each operation; `stall` is the longest of all rounds. */
export interface AppendRow {
  readonly appenders: number;
  readonly candidate: string;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly cpu: number;
  readonly stall: number;
}

export interface ReadRow {
  readonly what: string;
  readonly candidate: string;
  readonly perSecond: number;
  readonly cpu: number;
  readonly stall: number;
}

/** Events of the usual size in Rollbook. */
const event: Raw = {
  type: 'UserLocked',
  data: { cause: 'administrator' },
  metadata: { $correlationId: randomUUID(), $causationId: randomUUID(), text: 'x'.repeat(300) },
};
const frameBytes = 700;

/** The maximum number of events in a round of reading: more would only take longer. */
const READ = 200_000;

interface Sample {
  readonly perSecond: number;
  readonly latencies: readonly number[];
  readonly cpu: number;
  readonly stall: number;
}

export async function measureAppends(
  candidates: readonly Candidate[],
  { appends, rounds }: Scale,
): Promise<AppendRow[]> {
  const [load, sqlite] = [startPeer('load'), startPeer('sqlite')];
  const rows: AppendRow[] = [];
  for (const appenders of [1, 16, 64, 256]) {
    const count = Math.ceil((appends * Math.sqrt(appenders)) / 8);
    const turns: Record<string, () => Promise<Sample>> = {
      'bare SQLite': async () =>
        sampleOf(
          count,
          await sqlite.ask<Fired>('insert', { count, group: appenders, bytes: frameBytes } satisfies Inserts),
        ),
    };
    for (const candidate of candidates) {
      const order: Appends = {
        url: candidate.url,
        namespace: `bench_${randomUUID()}`,
        clients: appenders,
        count,
        event,
      };
      turns[candidate.name] = () =>
        watched(candidate, count, async () => sampleOf(count, await load.ask<Fired>('append', order)));
    }
    for (const [name, samples] of await takeTurns(turns, rounds)) {
      const times = (share: number): number => median(samples.map(({ latencies }) => percentile(latencies, share)));
      rows.push({ appenders, candidate: name, ...summary(samples), p50: times(0.5), p99: times(0.99) });
    }
  }
  await Promise.all([load.end(), sqlite.end()]);
  return rows;
}

export async function measureReads(candidates: readonly Candidate[], { events, rounds }: Scale): Promise<ReadRow[]> {
  const reader = startPeer('reader');
  for (const { url } of candidates) await reader.ask('seed', { url, count: events, event } satisfies Seed);
  const rows: ReadRow[] = [];
  for (const [what, question, readers] of [
    ['read $all', 'read', 1],
    ['1 subscriber', 'subscribe', 1],
    ['8 subscribers', 'subscribe', 8],
  ] as const) {
    const count = Math.min(events, Math.ceil(READ / readers));
    const turns: Record<string, () => Promise<Sample>> = {};
    for (const candidate of candidates) {
      turns[candidate.name] = () =>
        watched(candidate, count * readers, async () => ({
          perSecond: await reader.ask<number>(question, { url: candidate.url, count, readers } satisfies Reads),
          latencies: [],
        }));
    }
    for (const [name, samples] of await takeTurns(turns, rounds))
      rows.push({ what, candidate: name, ...summary(samples) });
  }
  await reader.end();
  return rows;
}

async function takeTurns(
  turns: Readonly<Record<string, () => Promise<Sample>>>,
  rounds: number,
): Promise<[name: string, samples: Sample[]][]> {
  const taken = Object.entries(turns).map(([name, turn]) => ({ name, turn, samples: [] as Sample[] }));
  for (let round = 0; round < rounds; round++) for (const { turn, samples } of taken) samples.push(await turn());
  return taken.map(({ name, samples }) => [name, samples]);
}

/** CPU time and stalls of an embedded node; they are unknown for other stores. */
async function watched(
  { node }: Candidate,
  operations: number,
  turn: () => Promise<Omit<Sample, 'cpu' | 'stall'>>,
): Promise<Sample> {
  if (!node) return { ...(await turn()), cpu: Number.NaN, stall: Number.NaN };
  await node.peer.ask('stall');
  const before = await node.peer.ask<number>('cpu');
  const sample = await turn();
  const cpu = (((await node.peer.ask<number>('cpu')) - before) * 1e6) / operations;
  return { ...sample, cpu, stall: await node.peer.ask<number>('stall') };
}

const sampleOf = (count: number, { seconds, latencies }: Fired): Sample => ({
  perSecond: count / seconds,
  latencies,
  cpu: Number.NaN,
  stall: Number.NaN,
});

const summary = (samples: readonly Sample[]): Pick<Sample, 'perSecond' | 'cpu' | 'stall'> => ({
  perSecond: median(samples.map(({ perSecond }) => perSecond)),
  cpu: median(samples.map(({ cpu }) => cpu)),
  stall: Math.max(...samples.map(({ stall }) => stall)),
});
