import { randomUUID } from 'node:crypto';
import type { ProposedEvent } from '#libs/event-store';
import type { Templates } from './bare.process.js';
import type { Fired, Raw, Salvo, Shot } from './load.js';
import { startPeer, type Peer } from './peer.js';
import type { Rollbook } from './rollbook.js';
import { median, percentile } from './statistics.js';

export interface CommandsOptions {
  readonly storeUrl: string;
  readonly namespace: string;
  readonly rollbook: Rollbook;
  readonly load: Peer;
  readonly templates: { raw: Templates<Raw>; proposed: Templates<ProposedEvent> };
  /** Users that no command has changed yet. */
  readonly userIds: readonly string[];
  readonly rounds: number;
  /** The number of commands of each candidate in a round, by the number of clients. */
  readonly commands: Readonly<Record<number, number>>;
  readonly progress: (what: string) => void;
}

type Act = 'lock' | 'add';

/** A program to compare; all candidates do the same work. */
interface Candidate {
  readonly name: string;
  readonly acts: readonly Act[];
  readonly run: (act: Act, clients: number, count: number) => Promise<Fired>;
  /** CPU seconds so far; undefined if it has no process of its own. */
  readonly cpu?: () => Promise<number>;
}

/** A candidate's medians over the rounds; a ratio is the median of the ratios of the rounds. */
export interface CommandRow {
  readonly act: string;
  readonly clients: number;
  readonly candidate: string;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** CPU time of its process, in ms for each command. */
  readonly cpu: number | undefined;
  /** The ratio of its rate to that of the bare handler in the same round. */
  readonly ofBare: number;
}

const bareName = 'bare handler';

/** Measures commands over HTTP, bare handlers and raw appends alternately, on one store. */
export async function measureCommands(options: CommandsOptions): Promise<CommandRow[]> {
  const bare = await startBare(options, 'client');
  const stored = await startBare(options, 'event-store');
  try {
    const candidates = [rawAppends(options), bare.candidate, stored.candidate, ofRollbook(options)];
    const rows: CommandRow[] = [];
    for (const act of ['lock', 'add'] as const) {
      for (const [clients, count] of Object.entries(options.commands)) {
        options.progress(`${act}, ${clients} clients`);
        rows.push(
          ...(await compare(
            candidates.filter(({ acts }) => acts.includes(act)),
            act,
            Number(clients),
            count,
            options.rounds,
          )),
        );
      }
    }
    return rows;
  } finally {
    await bare.end();
    await stored.end();
  }
}

interface Sample {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly cpu: number | undefined;
}

async function compare(
  candidates: readonly Candidate[],
  act: Act,
  clients: number,
  count: number,
  rounds: number,
): Promise<CommandRow[]> {
  const samples = new Map<string, Sample[]>(candidates.map(({ name }) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    // No candidate is always first; the round before the first warms up.
    const start = Math.max(0, round) % candidates.length;
    for (const candidate of [...candidates.slice(start), ...candidates.slice(0, start)]) {
      const sample = await measure(candidate, act, clients, round < 0 ? Math.ceil(count / 4) : count);
      if (round >= 0) samples.get(candidate.name)!.push(sample);
    }
  }
  const bare = samples.get(bareName)!;
  return candidates.map(({ name }) => {
    const of = samples.get(name)!;
    const middle = (pick: (sample: Sample) => number) => median(of.map(pick));
    return {
      act: act === 'lock' ? 'LockUser/UnlockUser' : 'AddUser',
      clients,
      candidate: name,
      perSecond: middle(({ perSecond }) => perSecond),
      p50: middle(({ p50 }) => p50),
      p99: middle(({ p99 }) => p99),
      cpu: of[0]!.cpu === undefined ? undefined : middle(({ cpu }) => cpu!),
      ofBare: median(of.map(({ perSecond }, round) => perSecond / bare[round]!.perSecond)),
    };
  });
}

async function measure({ name, run, cpu }: Candidate, act: Act, clients: number, count: number): Promise<Sample> {
  const before = await cpu?.();
  const { seconds, latencies, refused } = await run(act, clients, count);
  const after = await cpu?.();
  if (refused > 0) throw new Error(`${name} refused ${refused} of ${latencies.length}`);
  return {
    perSecond: latencies.length / seconds,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    cpu: before === undefined ? undefined : ((after! - before) / latencies.length) * 1_000,
  };
}

function rawAppends({ storeUrl: url, namespace, load, templates }: CommandsOptions): Candidate {
  return {
    name: 'raw appends, no HTTP',
    acts: ['lock'],
    run: (_, clients, count) =>
      load.ask('append', { url, namespace: `${namespace}_raw`, clients, count, event: templates.raw.UserLocked }),
  };
}

async function startBare(
  { storeUrl, namespace, load, templates, commands, rounds }: CommandsOptions,
  through: 'client' | 'event-store',
) {
  const peer = startPeer('bare');
  const url = await peer.ask<string>('start', {
    url: storeUrl,
    namespace: `${namespace}_${through === 'client' ? 'bare' : 'stored'}`,
    through,
    ...templates,
  });
  const locks = Object.values(commands).reduce((sum, count) => sum + Math.ceil(count / 2) * (rounds + 1), 0);
  const users = new Pool(await peer.ask<string[]>('seed', locks));
  const shot = (act: string, id: string): Shot => ({
    path: `/${act}/${id}`,
    body: JSON.stringify(act === 'add' ? newcomer('example.com') : why),
  });
  const candidate: Candidate = {
    name: through === 'client' ? bareName : 'bare handler, our event store',
    acts: ['lock', 'add'],
    run: (act, clients, count) =>
      load.ask('http', { url, clients, tasks: tasksOf(act, count, users, shot, () => randomUUID()) } satisfies Salvo),
    cpu: () => peer.ask('cpu'),
  };
  return { candidate, end: () => peer.end() };
}

function ofRollbook({ rollbook, load, userIds }: CommandsOptions): Candidate {
  const { url, token, account, domain } = rollbook;
  const path = `/api/v1/accounts/${account}/users`;
  const users = new Pool(userIds);
  const shot = (act: string, id: string): Shot =>
    act === 'add'
      ? { path, body: JSON.stringify(newcomer(domain)) }
      : { path: `${path}/${id}/${act}`, body: JSON.stringify(why) };
  return {
    name: 'Rollbook',
    acts: ['lock', 'add'],
    run: (act, clients, count) =>
      load.ask('http', { url, token, clients, tasks: tasksOf(act, count, users, shot, () => '') } satisfies Salvo),
    // Its read models and mails are a part of its work, and must not slow down the next candidate.
    cpu: async () => {
      await rollbook.settled();
      return (await rollbook.usage()).cpu;
    },
  };
}

const why = { reason: 'as agreed' };
const newcomer = (domain: string) => ({
  email: `${randomUUID()}@${domain}`,
  firstName: 'Łucja',
  lastName: 'Wójcik',
  country: 'PL',
});

/** Each user is locked and unlocked once, so that the streams that are read stay equally short. */
function tasksOf(
  act: Act,
  count: number,
  users: Pool,
  shot: (act: string, id: string) => Shot,
  newId: () => string,
): Shot[][] {
  if (act === 'add') return Array.from({ length: count }, () => [shot('add', newId())]);
  return users.take(Math.ceil(count / 2)).map((id) => [shot('lock', id), shot('unlock', id)]);
}

/** Returns ids one after the other, and starts again after the last. */
class Pool {
  private next = 0;

  constructor(private readonly ids: readonly string[]) {}

  take(count: number): string[] {
    return Array.from({ length: count }, () => this.ids[this.next++ % this.ids.length]!);
  }
}
