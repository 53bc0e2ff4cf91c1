import { Account } from './account.js';
import { companies } from './companies.js';
import { Draw } from './draw.js';
import type { Member } from './member.js';
import { openSite, type Site } from './site.js';
import { dealt } from './stories.js';

export interface DemoOptions {
  readonly url: string;
  /** The operator's token. */
  readonly token: string;
  /** The number of users in all accounts together. */
  readonly users: number;
  /** The same seed gives the same users and events, under other domains. */
  readonly seed: number;
  /** Is called when a user is complete. */
  readonly progress?: (told: number, of: number) => void;
  /** Ends the demo early; users that were begun are completed. */
  readonly signal?: AbortSignal;
}

export interface DemoReport {
  readonly accounts: readonly { readonly id: string; readonly name: string; readonly users: number }[];
  /** How often each act was done. */
  readonly counts: ReadonlyMap<string, number>;
}

/** The number of users that are created concurrently. */
const concurrency = 32;

/** Fills a running installation, through its API, with accounts and people. Throws `DemoError`. */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const { users, seed, progress = () => {}, signal } = options;
  const site = await openSite(options);
  const opened = await openAccounts(site, users, signal);
  const cast = opened.flatMap(({ account, left }, place) => castOf(account, left, place));
  const stories = shuffled(cast, new Draw(seed, companies.length));
  let told = users - stories.length;
  await inParallel(stories, signal, async ({ member, chapters }) => {
    for (const happen of chapters) await happen(member);
    progress(++told, users);
  });
  return {
    accounts: opened.map(({ account, headcount }) => ({
      id: account.id,
      name: account.company.name,
      users: headcount,
    })),
    counts: site.counts,
  };
}

async function openAccounts(site: Site, users: number, signal: AbortSignal | undefined) {
  const opened: { account: Account; left: number; headcount: number }[] = [];
  const sizes = headcounts(users);
  await inParallel([...companies.entries()], signal, async ([place, company]) => {
    if (sizes[place])
      opened[place] = { ...(await Account.open(site, company, sizes[place], place)), headcount: sizes[place] };
  });
  return opened.filter(Boolean);
}

/** Distributes the users by each company's share; the first company gets the rest. */
function headcounts(users: number): number[] {
  const [, ...others] = companies.map(({ share }) => Math.max(1, Math.round(users * share)));
  const first = users - others.reduce((sum, count) => sum + count, 0);
  return first > 0 ? [first, ...others] : companies.map((_, place) => (place < users ? 1 : 0));
}

interface Part {
  readonly member: Member;
  readonly chapters: ReturnType<typeof dealt>[number]['chapters'];
}

const castOf = (account: Account, people: number, place: number): Part[] =>
  dealt(people, new Draw(account.site.seed, place, 7)).map(({ chapters }, index) => ({
    member: account.member(place * 1_000_003 + index),
    chapters,
  }));

/** Shuffles, so that the events of different accounts are mixed. */
function shuffled<T>(items: readonly T[], draw: Draw): T[] {
  const keyed = items.map((item) => ({ item, key: draw.number() }));
  return keyed.sort((one, other) => one.key - other.key).map(({ item }) => item);
}

/** Runs tasks with limited concurrency. After an error or a signal no more are started. */
async function inParallel<T>(
  items: readonly T[],
  signal: AbortSignal | undefined,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  let failed = false;
  const worker = async () => {
    for (const item of queue) {
      if (failed || signal?.aborted) return;
      await work(item).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: concurrency }, worker));
  for (const end of ended) if (end.status === 'rejected') throw end.reason;
}
