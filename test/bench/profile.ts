import { existsSync, readFileSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fired, Salvo } from './load.js';
import type { Peer } from './peer.js';
import type { Rollbook } from './rollbook.js';

interface ProfileRow {
  readonly what: string;
  /** The share of the time in which the main thread worked. */
  readonly share: number;
}

export interface Where {
  readonly packages: readonly ProfileRow[];
  readonly functions: readonly ProfileRow[];
}

/** Profiles the server's main thread while 16 clients lock and unlock. */
export async function profile(
  { rollbook, load }: { rollbook: Rollbook; load: Peer },
  userIds: readonly string[],
  commands: number,
): Promise<Where> {
  const file = join(rollbook.directory, 'server.cpuprofile');
  await rollbook.stop();
  await rollbook.start({
    NODE_OPTIONS: `--import ${new URL('./profiler.js', import.meta.url).href}`,
    PROFILE_TO: file,
  });
  await rollbook.caughtUp();
  const { url, token, account } = rollbook;
  const path = `/api/v1/accounts/${account}/users`;
  const fire = (ids: readonly string[]) =>
    load.ask<Fired>('http', {
      url,
      token,
      clients: 16,
      tasks: ids.map((id) =>
        ['lock', 'unlock'].map((act) => ({ path: `${path}/${id}/${act}`, body: '{"reason":"as agreed"}' })),
      ),
    } satisfies Salvo);
  await fire(userIds.slice(0, 200));
  process.kill(rollbook.pid, 'SIGUSR2');
  await pause(500);
  await fire(userIds.slice(200, 200 + commands / 2));
  process.kill(rollbook.pid, 'SIGUSR2');
  while (!existsSync(file)) await pause(50);
  await pause(500);
  return where(JSON.parse(readFileSync(file, 'utf8')) as Profiler.Profile);
}

/** Sums up a profile by self time. */
function where({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Where {
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const packages = new Map<string, number>();
  const functions = new Map<string, number>();
  let worked = 0;
  for (const [index, id] of samples.entries()) {
    const { functionName, url, lineNumber } = byId.get(id)!;
    if (functionName === '(idle)') continue;
    const time = timeDeltas[index] ?? 0;
    worked += time;
    const owner = ownerOf(functionName, url);
    packages.set(owner, (packages.get(owner) ?? 0) + time);
    const name = `${functionName || '(anonymous)'}  ${owner}${url ? ` ${url.split('/').at(-1)}:${lineNumber + 1}` : ''}`;
    functions.set(name, (functions.get(name) ?? 0) + time);
  }
  return { packages: most(packages, worked, 25), functions: most(functions, worked, 30) };
}

const most = (times: ReadonlyMap<string, number>, whole: number, count: number): ProfileRow[] =>
  [...times]
    .map(([what, time]) => ({ what, share: time / whole }))
    .toSorted((one, other) => other.share - one.share)
    .slice(0, count);

/** Returns the lib or package of a function. */
function ownerOf(name: string, url: string): string {
  const ours = /\/dist\/((?:libs|apps)\/[^/]+)\//.exec(url)?.[1];
  const theirs = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1];
  if (ours ?? theirs) return (ours ?? theirs)!;
  if (url.startsWith('node:')) return `node:${url.slice(5).split('/').slice(0, 2).join('/')}`;
  return name.startsWith('(') ? name : 'native code';
}
