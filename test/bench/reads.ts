import { names } from '../demo/names.js';
import type { Fired, Salvo, Shot } from './load.js';
import type { Peer } from './peer.js';
import type { Rollbook } from './rollbook.js';
import { row, type LatencyRow } from './statistics.js';

interface ReadsOptions {
  readonly rollbook: Rollbook;
  readonly load: Peer;
  readonly requests: number;
}

/** Measures lists, search, audit and replay, one request at a time. */
export async function measureReads(
  { rollbook, load, requests }: ReadsOptions,
  veteran: string,
  history: number,
): Promise<LatencyRow[]> {
  const { url, token, account, administrator } = rollbook;
  const users = `/api/v1/accounts/${account}/users`;
  const times = async (what: string, paths: readonly string[]): Promise<LatencyRow> => {
    const tasks = Array.from({ length: requests + 10 }, (_, index): Shot[] => [
      { method: 'GET', path: paths[index % paths.length]! },
    ]);
    const { latencies, refused } = await load.ask<Fired>('http', { url, token, clients: 1, tasks } satisfies Salvo);
    if (refused > 0) throw new Error(`${what}: ${refused} requests were refused`);
    return row(what, latencies.slice(10));
  };
  const { next } = (await rollbook.operator.get(`/accounts/${account}/users?limit=200`)).body as {
    next: string | null;
  };
  return [
    await times('list, first page of 50', [users]),
    await times('list, a later page', [`${users}?cursor=${next ?? ''}&limit=50`]),
    await times('list, by last login', [`${users}?sort=-lastLoginAt`]),
    await times('list, locked', [`${users}?locked=true`]),
    await times(
      'search of a name',
      names.de.last.map((name) => `${users}?search=${encodeURIComponent(name)}`),
    ),
    await times('search of nothing there', [`${users}?search=qqxqq`]),
    await times('summary of the account', [`/api/v1/accounts/${account}/summary`]),
    await times('audit, who locked or deleted', ['/api/v1/audit?action=user.locked&action=user.deleted']),
    await times('audit, by actor', [`/api/v1/audit?actor=${administrator}`]),
    await times('a user', [`${users}/${veteran}`]),
    await times(`replay of ${history} events`, [`${users}/${veteran}?at=${history - 1}`]),
  ];
}

/** Measures the time from a command's acknowledgement to a list that shows it, while the clients send more commands. */
export async function measureVisibility(
  { rollbook, load, requests }: ReadsOptions,
  userIds: readonly string[],
  clients: number,
): Promise<LatencyRow[]> {
  const { url, token, account } = rollbook;
  const path = `/api/v1/accounts/${account}/users`;
  const see = `${path}?limit=1`;
  const shots = (act: string, id: string, more: Partial<Shot>): Shot => ({
    path: `${path}/${id}/${act}`,
    body: '{}',
    ...more,
  });
  const fire = (more: Partial<Shot>) =>
    load.ask<Fired>('http', {
      url,
      token,
      clients,
      tasks: userIds.slice(0, requests / 2).map((id) => [shots('lock', id, more), shots('unlock', id, more)]),
    } satisfies Salvo);
  await fire({ see });
  const { seen, latencies } = await fire({ see });
  const alone = await load.ask<Fired>('http', {
    url,
    token,
    clients,
    tasks: Array.from({ length: requests }, () => [{ method: 'GET', path: see }]),
  } satisfies Salvo);
  return [
    row(`acknowledged → seen in the list, ${clients} clients`, seen),
    row(`the command itself, ${clients} clients`, latencies),
    row(`that list alone, ${clients} clients`, alone.latencies),
  ];
}
