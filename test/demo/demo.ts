import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../../apps/server/src/config.js';
import { loadEnvironmentFile } from '../../apps/server/src/environment-file.js';
import { ProgressLine } from './progress.js';
import { runDemo, type DemoReport } from './run-demo.js';
import { DemoError } from './site.js';

const help = `Fills a running Rollbook, through its API, with made-up accounts and users.

npm run demo -- [options]
  --url URL           where it runs (default by PORT and HOST: http://127.0.0.1:3000)
  --token-file FILE   the operator's token (default by DATA_DIR: data/operator-token)
  --users N           how many users, in 12 accounts (default 5000)
  --seed N            the same seed tells the same stories, under other domains (default 1)
  --help`;

try {
  const options = readOptions();
  if (options) await demo(options);
  else console.log(help);
} catch (error) {
  console.error(`demo: ${error instanceof DemoError ? error.message : String(error)}`);
  process.exitCode = 1;
}

async function demo({ url, tokenFile, users, seed }: NonNullable<ReturnType<typeof readOptions>>): Promise<void> {
  const token = readToken(tokenFile);
  const stop = new AbortController();
  process.on('SIGINT', () => stop.abort());
  process.on('SIGTERM', () => stop.abort());
  const line = new ProgressLine();
  const began = performance.now();
  const report = await runDemo({
    url,
    token,
    users,
    seed,
    signal: stop.signal,
    progress: (told, of) => line.show(told, of),
  }).finally(() => line.end());
  console.log(acts(report, (performance.now() - began) / 1_000));
  if (stop.signal.aborted) process.exitCode = 130;
  else console.log(worthALook(report, url, tokenFile));
}

function readOptions() {
  for (const warning of loadEnvironmentFile()) console.error(`demo: ${warning}`);
  const { host, port, dataDir } = readConfig(process.env);
  const text = (value: string) => ({ type: 'string', default: value }) as const;
  try {
    const { values } = parseArgs({
      options: {
        url: text(`http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`),
        'token-file': text(join(dataDir, 'operator-token')),
        users: text('5000'),
        seed: text('1'),
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return undefined;
    return {
      url: values.url,
      tokenFile: values['token-file'],
      users: number('--users', values.users, 1),
      seed: number('--seed', values.seed, 0),
    };
  } catch (error) {
    throw error instanceof DemoError
      ? error
      : new DemoError(`${(error as Error).message.split('. ')[0]}. See: npm run demo -- --help`);
  }
}

function number(option: string, value: string, least: number): number {
  if (/^\d{1,9}$/.test(value) && Number(value) >= least) return Number(value);
  throw new DemoError(`${option} must be a whole number from ${least} on.`);
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new DemoError(
      `The operator's token can not be read from ${file} (${(error as NodeJS.ErrnoException).code}): name its file with --token-file.`,
    );
  }
}

function acts({ counts }: DemoReport, seconds: number): string {
  const sum = [...counts.values()].reduce((total, count) => total + count, 0);
  return [
    `${sum} acts in ${seconds.toFixed(1)} s:`,
    ...[...counts].map(([what, count]) => `  ${String(count).padStart(6)} ${what}`),
  ].join('\n');
}

function worthALook({ accounts }: DemoReport, url: string, tokenFile: string): string {
  const { id, name } = accounts[0]!;
  const curl = (path: string) => `  curl -s '${url}/api/v1${path}' -H "Authorization: Bearer $(cat '${tokenFile}')"`;
  return [
    '',
    ...accounts.map((account) => `  ${account.id} ${String(account.users).padStart(5)} users  ${account.name}`),
    '',
    `Worth a look, at ${name}: who is locked and why; who waits for approval; who locked or deleted users.`,
    '',
    curl(`/accounts/${id}/users?locked=true`),
    curl(`/accounts/${id}/pending-approvals`),
    curl(`/audit?accountId=${id}&action=user.locked&action=user.deleted`),
  ].join('\n');
}
