import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startEmbeddedEventStore } from '#libs/embedded-eventstore';
import { toErrorText } from './error-text.js';

const help = `The embedded event store alone, for tools that speak EventStoreDB's protocol (esdb://). End it with Ctrl-C.

  npm run eventstore -- [options]

  --port NUMBER         port on loopback; 0 takes a free one (default 2113)
  --db DIRECTORY        directory of the log, made if absent (default ./data/events)
  --password-file FILE  file of the password of the user admin, made if absent (default DIRECTORY/password)
  --insecure            neither TLS nor password: whoever can connect can read and write
  --help                this text

The certificate is made anew at each start and lies in DIRECTORY/ca.pem while the store runs.`;

const options = {
  port: { type: 'string', default: '2113' },
  db: { type: 'string', default: './data/events' },
  'password-file': { type: 'string' },
  insecure: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Runs until it gets a signal. Throws one clear line. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options });
  if (values.help) return console.log(help);
  const { insecure } = values;
  const directory = resolve(values.db);
  const passwordFile = resolve(values['password-file'] ?? join(directory, 'password'));
  const known = !insecure && existsSync(passwordFile);
  const node = await startEmbeddedEventStore({
    directory,
    insecure,
    port: portOf(values.port),
    ...(known && { password: passwordIn(passwordFile) }),
  });
  if (!insecure && !known) writeFileSync(passwordFile, `${new URL(node.url).password}\n`, { mode: 0o600, flag: 'wx' });
  let closing = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // npm passes a terminal's signal on once more.
      if (closing) return;
      closing = true;
      node.close().then(() => process.exit(0), fail);
    });
  }
  const url = Object.assign(new URL(node.url), { password: '' }).href.replace(
    'admin@',
    `admin:$(cat '${passwordFile}')@`,
  );
  console.log(`The log of ${directory} is served. Tools reach it with:\n\n  export EVENTSTORE_URL="${url}"\n`);
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new Error('--port takes a port from 0 to 65535.');
}

/** Throws where it could not be part of a URL as it is. */
function passwordIn(file: string): string {
  const password = readFileSync(file, 'utf8').trim();
  if (/^[\w.~-]{16,}$/.test(password)) return password;
  throw new Error(`${file} must hold a password of at least 16 letters, digits and - . _ ~`);
}

function fail(error: unknown): never {
  console.error(`eventstore: ${toErrorText(error)}`);
  process.exit(1);
}

process.on('uncaughtException', fail); // the log is lost
main().catch(fail);
