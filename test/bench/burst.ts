import { setTimeout as pause } from 'node:timers/promises';
import type { Answered, Burst } from './load.js';
import type { Peer } from './peer.js';
import type { Rollbook } from './rollbook.js';
import { median, percentile } from './statistics.js';

/** The responses to a burst of wrong logins on one address, and the response times of another caller meanwhile; times in ms. */
export interface BurstRow {
  readonly address: string;
  /** The number of responses with each status, by round. */
  readonly codes: readonly string[];
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  /** Response times of listing users, one request at a time. */
  readonly quietP95: number;
  readonly listP95: number;
  /** The median over the rounds of the ratio of both in the same round. */
  readonly ratio: number;
}

interface BurstsOptions {
  readonly rollbook: Rollbook;
  readonly load: Peer;
  readonly rounds: number;
  /** Adds a user with a password; returns their address. */
  readonly newPerson: () => Promise<string>;
}

/** How long the list is measured before and after each burst, ms: together about as long as the burst itself. */
const quietTime = 1_500;

/** Sends 120 wrong logins at once, each from its own source, on a known and on an unknown address. */
export async function measureBursts({ rollbook, load, rounds, newPerson }: BurstsOptions): Promise<BurstRow[]> {
  const { url, account, token } = rollbook;
  const api = rollbook.operator.as(token);
  const list = async (until: Promise<unknown>): Promise<number[]> => {
    const times: number[] = [];
    const progress = { isOver: false };
    const over = () => void (progress.isOver = true);
    until.then(over, over);
    while (!progress.isOver) {
      const began = performance.now();
      const { status } = await api.get(`/accounts/${account}/users`);
      if (status !== 200) throw new Error(`the list answered ${status}`);
      times.push(performance.now() - began);
    }
    return times;
  };
  const rows = { known: [] as Round[], unknown: [] as Round[] };
  for (let round = 0; round < rounds; round++) {
    const known = await newPerson();
    for (const address of ['known', 'unknown'] as const) {
      const before = await list(pause(quietTime));
      const email = address === 'known' ? known : `nobody-${round}@nowhere.example`;
      const answers = load.ask<Answered[]>('burst', { url, email, count: 120 } satisfies Burst);
      const [answered, meanwhile] = await Promise.all([answers, list(answers)]);
      const quiet = [...before, ...(await list(pause(quietTime)))];
      rows[address].push({ answered, quietP95: percentile(quiet, 0.95), listP95: percentile(meanwhile, 0.95) });
    }
  }
  return [summarize('known', rows.known), summarize('unknown', rows.unknown)];
}

interface Round {
  readonly answered: readonly Answered[];
  readonly quietP95: number;
  readonly listP95: number;
}

function summarize(address: string, rounds: readonly Round[]): BurstRow {
  const times = rounds.flatMap(({ answered }) => answered.map(({ ms }) => ms));
  return {
    address,
    codes: rounds.map(({ answered }) => codesOf(answered)),
    p50: percentile(times, 0.5),
    p95: percentile(times, 0.95),
    max: Math.max(...times),
    quietP95: median(rounds.map(({ quietP95 }) => quietP95)),
    listP95: median(rounds.map(({ listP95 }) => listP95)),
    ratio: median(rounds.map(({ quietP95, listP95 }) => listP95 / quietP95)),
  };
}

function codesOf(answered: readonly Answered[]): string {
  const counts = new Map<number, number>();
  for (const { status } of answered) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts]
    .toSorted(([one], [other]) => one - other)
    .map(([status, count]) => `${count}×${status}`)
    .join(' ');
}
