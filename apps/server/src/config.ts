import type { SessionLimits } from '#libs/access';
import { resolve } from 'node:path';
import { ConfigError, isLoopback } from './setting-parsers.js';
import { settings, type LogLevel } from './settings.js';

/** The settings of the server, read once at its start. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** The port of the listener for health and metrics without a token; absent: no such listener. */
  readonly metricsPort?: number;
  readonly metricsHost: string;
  /** The URL under which people reach the server, without a slash at the end; absent: the one it listens on. */
  readonly publicUrl?: string;
  readonly dataDir: string;
  readonly eventStoreUrl?: string;
  readonly eventStoreNamespace: string;
  readonly databaseUrl?: string;
  /** The database of the vault; absent: a file in the data directory. */
  readonly stateUrl?: string;
  /** How many processes serve the port together. */
  readonly workers: number;
  /** How long a start waits for its stores, seconds. */
  readonly startTimeout: number;
  /** Time limit of a read-store query of a request, seconds. */
  readonly queryTimeout: number;
  /** Time limit of a statement of the projections, seconds. */
  readonly batchTimeout: number;
  readonly vaultKey?: string;
  readonly vaultKeyFile: string;
  /** Where mails are written without a mail server. */
  readonly mailDir: string;
  /** May contain a password: do not log it. */
  readonly smtpUrl?: string;
  /** Whether mails may be sent over TLS only. */
  readonly smtpNeedsTls: boolean;
  readonly mailFrom: { readonly name: string; readonly address: string };
  /** How long users who begin to wait for approval are collected before administrators are told, ms. */
  readonly approvalNoticeDelay: number;
  /** The proxies whose X-Forwarded-For counts: their addresses and networks, or how many there are in a row. */
  readonly trustProxy: false | number | string[];
  readonly sessions: SessionLimits;
  /** How long the operator's token is valid that each start issues, days. */
  readonly operatorTokenDays: number;
  /** Whether browsers must use https for all subdomains as well. */
  readonly hstsSubdomains: boolean;
  readonly logLevel: LogLevel;
}

type Name = keyof typeof settings;

/** The names of all settings. */
export const settingNames: readonly string[] = Object.keys(settings);

/**
 * Reads the settings from environment variables. An empty variable counts as absent.
 * @throws ConfigError of one line with the name of the setting and what it takes
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const read = <N extends Name>(name: N): ReturnType<(typeof settings)[N]['read']> => {
    const { default: defaultValue, read: parse } = settings[name];
    try {
      const given = environment[name];
      return parse(given?.trim() ? given : defaultValue) as never;
    } catch (error) {
      if (error instanceof ConfigError) throw new ConfigError(`${name} takes ${error.message}.`);
      throw error;
    }
  };
  const optional = <K extends string, V>(key: K, value: V | undefined) =>
    (value === undefined ? {} : { [key]: value }) as { [P in K]?: V };
  const dataDir = read('DATA_DIR');
  const smtpUrl = read('SMTP_URL');
  const workers = read('WORKERS');
  if (workers > 1)
    checkSharedParts('WORKERS', {
      EVENTSTORE_URL: read('EVENTSTORE_URL'),
      DATABASE_URL: read('DATABASE_URL'),
      STATE_URL: read('STATE_URL'),
    });
  if (read('STATE_URL') !== undefined)
    checkSharedParts('STATE_URL', {
      EVENTSTORE_URL: read('EVENTSTORE_URL'),
      DATABASE_URL: read('DATABASE_URL'),
      'VAULT_KEY or VAULT_KEY_FILE': read('VAULT_KEY') || read('VAULT_KEY_FILE'),
      'SMTP_URL or MAIL_DIR': smtpUrl ?? read('MAIL_DIR'),
    });
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
    ...optional('stateUrl', read('STATE_URL')),
    workers,
    startTimeout: read('START_TIMEOUT'),
    queryTimeout: read('QUERY_TIMEOUT'),
    batchTimeout: read('BATCH_TIMEOUT'),
    ...optional('vaultKey', read('VAULT_KEY')),
    vaultKeyFile: read('VAULT_KEY_FILE') || keyFileIn(dataDir),
    mailDir: read('MAIL_DIR') ?? resolve(dataDir, 'mail'),
    ...optional('smtpUrl', smtpUrl),
    smtpNeedsTls: read('SMTP_TLS') === 'required' && !(smtpUrl && isLoopback(smtpUrl)),
    mailFrom: read('MAIL_FROM'),
    approvalNoticeDelay: read('APPROVAL_NOTICE_MINUTES') * 60_000,
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

/** Throws ConfigError if a setting is missing without which servers would not share all parts of an installation. */
function checkSharedParts(setting: string, needed: Readonly<Record<string, string | undefined>>): void {
  const missing = Object.entries(needed).flatMap(([name, value]) => (value ? [] : [name]));
  if (missing.length > 0) throw new ConfigError(`${setting} needs ${missing.join(', and ')}, too.`);
}

/** Returns the default path of the vault's key. */
const keyFileIn = (dataDir: string): string => resolve(dataDir, 'vault.key');

/** Returns whether the vault's key is in the data directory, beside the vault. */
export const hasVaultKeyInDataDirectory = ({ dataDir, vaultKey, vaultKeyFile }: Config): boolean =>
  vaultKey === undefined && vaultKeyFile === keyFileIn(dataDir);

/** Returns the same settings with another data directory. */
export const withDataDirectory = (config: Config, dataDir: string): Config => ({
  ...config,
  dataDir,
  vaultKeyFile: hasVaultKeyInDataDirectory(config) ? keyFileIn(dataDir) : config.vaultKeyFile,
});

/** Returns the text of `npm start -- --help`. */
export const help = (): string =>
  [
    'Rollbook, the user-management backend that never forgets.',
    '',
    'Settings, from the environment or a file .env:',
    ...Object.entries(settings).map(
      ([name, { default: value, help: what }]) => `  ${name.padEnd(25)} ${what}${value ? ` (default ${value})` : ''}`,
    ),
  ].join('\n');
