import type { SessionLimits } from '#libs/access';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { isPlainAddress } from '#libs/accounts';

/** The settings of the server, read once at its start. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Of health and metrics without a token; absent: no such listener. */
  readonly metricsPort?: number;
  readonly metricsHost: string;
  /** Where people reach it, without a slash at the end; absent: where it listens. */
  readonly publicUrl?: string;
  readonly dataDir: string;
  readonly eventStoreUrl?: string;
  readonly eventStoreNamespace: string;
  readonly databaseUrl?: string;
  /** How long, in seconds, a start waits for its stores. */
  readonly startTimeout: number;
  /** How long, in seconds, a query of a request may take in the read store. */
  readonly queryTimeout: number;
  /** How long, in seconds, a statement of a batch of projections may take. */
  readonly batchTimeout: number;
  readonly vaultKey?: string;
  readonly vaultKeyFile: string;
  /** With a password in it: not for the log. */
  readonly smtpUrl?: string;
  /** Whether a mail is sent over TLS or not at all. */
  readonly smtpNeedsTls: boolean;
  readonly mailFrom: { readonly name: string; readonly address: string };
  /** Addresses and networks of the proxies whose X-Forwarded-For counts, or how many of them stand one behind another. */
  readonly trustProxy: false | number | string[];
  readonly sessions: SessionLimits;
  /** How long the operator's token lives that is made at a start. */
  readonly operatorTokenDays: number;
  /** Whether browsers are told to use https for the names below this host's, too. */
  readonly hstsSubdomains: boolean;
  readonly logLevel: LogLevel;
}

const logLevels = ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'] as const;
export type LogLevel = (typeof logLevels)[number];

/** A setting that can't be used: one clear line. */
class ConfigError extends Error {}

interface Setting<T> {
  readonly default: string;
  readonly help: string;
  readonly read: (value: string) => T;
}

const setting = <T>(defaultValue: string, help: string, read: (value: string) => T): Setting<T> => ({
  default: defaultValue,
  help,
  read,
});
const fail = (expected: string): never => {
  throw new ConfigError(expected);
};
const text = (value: string) => value;
/** A whole number of seconds in a range. */
const seconds =
  (least: number, most: number) =>
  (value: string): number =>
    /^\d{1,6}$/.test(value) && Number(value) >= least && Number(value) <= most
      ? Number(value)
      : fail(`a number of seconds from ${least} to ${most}`);
const portNumber = (value: string): number =>
  /^\d{1,5}$/.test(value) && Number(value) < 65_536 ? Number(value) : fail('a port from 0 to 65535');
const url =
  (...protocols: string[]) =>
  (value: string) =>
    value === '' || protocols.includes(value.split('://', 1)[0]!)
      ? value || undefined
      : fail(`a URL that begins with ${protocols.join(':// or ')}://`);

/** A page's address is this and a path: a query or a fragment would break them all. */
const webUrl = (value: string): string | undefined => {
  if (value === '') return undefined;
  const at = URL.canParse(value) ? new URL(value) : fail('a URL that begins with http:// or https://');
  const plain = /^https?:$/.test(at.protocol) && !at.username && !at.password && !at.search && !at.hash;
  return plain
    ? at.href.replace(/\/+$/, '')
    : fail('a URL that begins with http:// or https://, without a query or a password');
};

const mailServer = (value: string): string | undefined => {
  if (value === '') return undefined;
  const isOne = /^smtps?:$/.test(URL.canParse(value) ? new URL(value).protocol : '') && new URL(value).hostname !== '';
  return isOne ? value : fail('a URL that begins with smtp:// or smtps:// and names a host');
};

/** Whether a mail server is this machine, which nobody can listen in on the way to. */
const isLoopback = (server: string): boolean => {
  const host = new URL(server).hostname.toLowerCase().replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
};

const oneOf =
  <const T extends string>(...words: T[]) =>
  (value: string): T =>
    words.find((word) => word === value) ?? fail(`one of ${words.join(', ')}`);

const sender = (value: string): Config['mailFrom'] => {
  const [, name = '', address = ''] =
    /^(?:([^\p{Cc}<>@,;"]+) )?<?([^\s<>@,;]+@[^\s<>@,;]+)>?$/u.exec(value) ??
    fail('an address, like Rollbook <users@example.com>');
  return isPlainAddress(address)
    ? { name, address }
    : fail('an address without spaces, invisible characters, quotes or routes');
};

const proxies = (value: string): Config['trustProxy'] => {
  if (value === 'off') return false;
  if (value === 'on')
    fail(
      'no "on" any more, which believed whatever a client wrote: give the addresses or networks of your proxies, like 10.0.0.1,192.168.0.0/16, or how many there are, like 1',
    );
  if (/^[1-9]$/.test(value)) return Number(value);
  const addresses = value.split(',').map((address) => address.trim());
  return addresses.every((address) => isIP(address) || isSubnet(address))
    ? addresses
    : fail('off, addresses and networks like 10.0.0.1,192.168.0.0/16,fd00::/8, or a number of proxies from 1 to 9');
};
const isSubnet = (text: string): boolean => {
  const [, address = '', bits] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  return isIP(address) > 0 && Number(bits) >= 1 && Number(bits) <= (isIP(address) === 6 ? 128 : 32);
};

/** A whole number within these bounds, in words for whoever sets another one. */
const between =
  (least: number, most: number, unit: string) =>
  (value: string): number =>
    /^\d{1,6}$/.test(value) && Number(value) >= least && Number(value) <= most
      ? Number(value)
      : fail(`a whole number of ${unit} from ${least} to ${most}`);

/** Every setting, by the name of its environment variable. */
const settings = {
  PORT: setting('3000', 'port of the HTTP API; 0 takes a free one', portNumber),
  HOST: setting('127.0.0.1', 'address to listen on', text),
  METRICS_PORT: setting(
    '',
    'port of a second listener that tells health and metrics without a token; 0 takes a free one; default: none',
    (value) => (value === '' ? undefined : portNumber(value)),
  ),
  METRICS_HOST: setting('127.0.0.1', 'address of that listener; strangers must not reach it', text),
  PUBLIC_URL: setting(
    '',
    'https://… under which people reach it, for links in mails and for cookies; default: where it listens',
    webUrl,
  ),
  DATA_DIR: setting('./data', 'directory of everything that is kept here', (value) => resolve(value)),
  EVENTSTORE_URL: setting(
    '',
    'esdb://… or kurrentdb://… of EventStoreDB; default: a node of its own in DATA_DIR',
    url('esdb', 'esdb+discover', 'kurrentdb', 'kurrentdb+discover'),
  ),
  EVENTSTORE_NAMESPACE: setting('rollbook', 'prefix of all streams', (value) =>
    /^[a-z][a-z0-9_]{0,39}$/.test(value) ? value : fail('lower-case letters, digits and _'),
  ),
  DATABASE_URL: setting('', 'postgres://… of PostgreSQL; default: PGlite in DATA_DIR', url('postgres', 'postgresql')),
  START_TIMEOUT: setting('60', 'seconds that a start waits for its stores, from 0 to 3600', seconds(0, 3_600)),
  QUERY_TIMEOUT: setting(
    '4',
    'seconds that a query of a request may take, from 1 to 60; above 4, lists answer later than 5 s when PostgreSQL hangs',
    seconds(1, 60),
  ),
  BATCH_TIMEOUT: setting(
    '60',
    'seconds that a statement of the projections may take, from 5 to 3600',
    seconds(5, 3_600),
  ),
  VAULT_KEY: setting(
    '',
    'key of the vault, 32 bytes as 64 hexadecimal digits or base64',
    (value) => value || undefined,
  ),
  VAULT_KEY_FILE: setting('', 'file of that key; default: DATA_DIR/vault.key, made at the first start', text),
  SMTP_URL: setting(
    '',
    'smtp://user:password@host:587 or smtps://… of a mail server; default: mails are files in DATA_DIR/mail',
    mailServer,
  ),
  SMTP_TLS: setting(
    'required',
    'required, but not by a server on this machine; optional: mails also go to a server without TLS, readable on the way',
    oneOf('required', 'optional'),
  ),
  MAIL_FROM: setting('Rollbook <rollbook@localhost>', 'who mails come from', sender),
  TRUST_PROXY: setting(
    'off',
    'the proxies whose X-Forwarded-For counts: off, addresses and networks (comma-separated), or how many there are, 1 to 9',
    proxies,
  ),
  SESSION_IDLE_MINUTES: setting(
    '30',
    'how long a session lasts without a request that a person caused, 5 to 480',
    between(5, 480, 'minutes'),
  ),
  SESSION_HOURS: setting('12', 'how long a session lasts in all, 1 to 168', between(1, 168, 'hours')),
  REAUTHENTICATION_MINUTES: setting(
    '15',
    'after how long a session asks for the password again before what harms most, 1 to 240',
    between(1, 240, 'minutes'),
  ),
  OPERATOR_TOKEN_DAYS: setting(
    '90',
    "how long the operator's token lives that each start renews, 1 to 400",
    between(1, 400, 'days'),
  ),
  HSTS_SUBDOMAINS: setting(
    'off',
    'on: browsers use https also for all names below the host of PUBLIC_URL',
    oneOf('off', 'on'),
  ),
  LOG_LEVEL: setting('log', logLevels.join(', '), oneOf(...logLevels)),
} as const;

type Name = keyof typeof settings;

/** The names of all settings. */
export const settingNames: readonly string[] = Object.keys(settings);

/** Reads the settings; an empty one is as if it were not there. Throws `ConfigError` with one line that names the setting and what it takes. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const read = <N extends Name>(name: N): ReturnType<(typeof settings)[N]['read']> => {
    const { default: otherwise, read: parse } = settings[name];
    try {
      const given = environment[name];
      return parse(given?.trim() ? given : otherwise) as never;
    } catch (error) {
      if (error instanceof ConfigError) throw new ConfigError(`${name} takes ${error.message}.`);
      throw error;
    }
  };
  const optional = <K extends string, V>(key: K, value: V | undefined) =>
    (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
  const dataDir = read('DATA_DIR');
  const smtpUrl = read('SMTP_URL');
  return {
    port: read('PORT'),
    host: read('HOST'),
    ...optional('metricsPort', read('METRICS_PORT')),
    metricsHost: read('METRICS_HOST'),
    ...optional('publicUrl', read('PUBLIC_URL')),
    dataDir,
    ...optional('eventStoreUrl', read('EVENTSTORE_URL')),
    eventStoreNamespace: read('EVENTSTORE_NAMESPACE'),
    ...optional('databaseUrl', read('DATABASE_URL')),
    startTimeout: read('START_TIMEOUT'),
    queryTimeout: read('QUERY_TIMEOUT'),
    batchTimeout: read('BATCH_TIMEOUT'),
    ...optional('vaultKey', read('VAULT_KEY')),
    vaultKeyFile: read('VAULT_KEY_FILE') || keyFileIn(dataDir),
    ...optional('smtpUrl', smtpUrl),
    smtpNeedsTls: read('SMTP_TLS') === 'required' && !(smtpUrl && isLoopback(smtpUrl)),
    mailFrom: read('MAIL_FROM'),
    trustProxy: read('TRUST_PROXY'),
    sessions: {
      idle: read('SESSION_IDLE_MINUTES') * 60_000,
      total: read('SESSION_HOURS') * 3_600_000,
      authentication: read('REAUTHENTICATION_MINUTES') * 60_000,
    },
    operatorTokenDays: read('OPERATOR_TOKEN_DAYS'),
    hstsSubdomains: read('HSTS_SUBDOMAINS') === 'on',
    logLevel: read('LOG_LEVEL'),
  };
}

/** Where the vault's key lies in the data directory unless a setting says otherwise. */
const keyFileIn = (dataDir: string): string => resolve(dataDir, 'vault.key');

/** Whether the vault's key lies beside it, in the data directory. */
export const keepsVaultKey = ({ dataDir, vaultKey, vaultKeyFile }: Config): boolean =>
  vaultKey === undefined && vaultKeyFile === keyFileIn(dataDir);

/** The same settings on another data directory. */
export const onDirectory = (config: Config, dataDir: string): Config => ({
  ...config,
  dataDir,
  vaultKeyFile: keepsVaultKey(config) ? keyFileIn(dataDir) : config.vaultKeyFile,
});

/** What `npm start -- --help` prints. */
export const help = (): string =>
  [
    'Rollbook, the user-management backend that never forgets.',
    '',
    'Settings, from the environment or a file .env:',
    ...Object.entries(settings).map(
      ([name, { default: value, help: what }]) => `  ${name.padEnd(25)} ${what}${value ? ` (default ${value})` : ''}`,
    ),
  ].join('\n');
