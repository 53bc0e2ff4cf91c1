import 'reflect-metadata';
import cluster from 'node:cluster';
import { join } from 'node:path';
import { help, readConfig } from './config.js';
import { loadEnvironmentFile } from './environment-file.js';
import type { Server } from './server.js';
import { toErrorText } from './error-text.js';

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  console.log(help());
  process.exit(0);
}

try {
  const [unknown] = process.argv.slice(2);
  if (unknown !== undefined)
    throw new Error(`${unknown} means nothing here: settings come from the environment. See: npm start -- --help`);
  // A worker has the settings of the primary process, which has read the file.
  const warnings = cluster.isPrimary ? loadEnvironmentFile() : [];
  const config = readConfig(process.env);
  // Imported only here, so that help and a wrong setting are reported at once.
  const { ServerLogger } = await import('./logger.js');
  for (const warning of warnings) new ServerLogger(config.logLevel).warn(warning, 'Settings');
  if (config.workers > 1) {
    const { runWorkers } = await import('./workers.js');
    const tokenFile = join(config.dataDir, 'operator-token');
    process.exit(await runWorkers(config, (url) => console.log(welcome(url, tokenFile, true))));
  }
  const { startServer } = await import('./server.js');
  const starting = new AbortController();
  let server: Server | undefined;
  let closing = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // npm forwards a terminal's signal a second time.
      if (closing) return;
      closing = true;
      // The process ends in time, even if a client keeps a connection open.
      setTimeout(() => process.exit(1), 9_500).unref();
      if (server) return end(server);
      starting.abort();
      // A start that waits for a store has nothing to finish.
      setTimeout(() => process.exit(0), 1_000).unref();
    });
  }
  server = await startServer(config, { signal: starting.signal }).catch((error: unknown) => {
    if (closing) process.exit(0);
    throw error;
  });
  // Without its own closing, which could wait for the database: a supervisor starts it again.
  void server.refused.then(fail);
  if (closing) end(server);
  // Printed last: a program that waits for this line may stop the server at once.
  if (cluster.isPrimary) console.log(welcome(server.url, server.operatorToken, config.stateUrl !== undefined));
  else await reportAsWorker(server);
} catch (error) {
  fail(error);
}

async function reportAsWorker({ url, health, metrics }: Server): Promise<void> {
  const { reportStarted } = await import('./worker-messages.js');
  reportStarted(url, {
    metrics: async () => metrics.list(await health.head()),
    health: () => health.details(),
  });
}

function end(server: Server): void {
  server.close().then(
    () => process.exit(0),
    (error: unknown) => fail(error),
  );
}

function fail(error: unknown): never {
  console.error(`rollbook: ${toErrorText(error)}`);
  process.exit(1);
}

/** Returns what to print after the start. A server that shares its state with others issues no operator's token. */
function welcome(url: string, tokenFile: string, isShared: boolean): string {
  const api = `${url}/api/v1`;
  const auth = `-H "Authorization: Bearer $(cat '${tokenFile}')"`;
  const account = `{"name":"Example","domains":["example.com"],"administrator":{"email":"ada@example.com","firstName":"Ada","lastName":"Lovelace","country":"GB"}}`;
  return [
    '',
    `Rollbook is running at ${url} – open it in a browser.   (API: ${url}/api/docs)`,
    isShared
      ? `npm run operator-token writes an operator's token to ${tokenFile}: it opens the first account there. Then try:`
      : `The operator's token is in ${tokenFile}: it opens the first account there. Or try:`,
    '',
    `  curl -s ${api}/me ${auth}`,
    `  curl -s ${api}/accounts ${auth} -H 'Content-Type: application/json' -d '${account}'`,
    `  curl -s '${api}/audit?action=account.opened&action=user.added' ${auth}`,
    '',
  ].join('\n');
}
