import { resolve } from 'node:path';
import {
  between,
  fail,
  mailServer,
  oneOf,
  portNumber,
  proxies,
  seconds,
  sender,
  text,
  url,
  webUrl,
} from './setting-parsers.js';

export const logLevels = ['fatal', 'error', 'warn', 'log', 'debug', 'verbose'] as const;
export type LogLevel = (typeof logLevels)[number];

interface Setting<T> {
  /** As in the environment. */
  readonly default: string;
  readonly help: string;
  /** Parses the value of the environment variable. */
  readonly read: (value: string) => T;
}

const setting = <T>(defaultValue: string, help: string, read: (value: string) => T): Setting<T> => ({
  default: defaultValue,
  help,
  read,
});
/** Every setting, by the name of its environment variable. */
export const settings = {
  PORT: setting('3000', 'port of the HTTP API; 0 takes a free one', portNumber),
  HOST: setting('127.0.0.1', 'address to listen on', text),
  METRICS_PORT: setting(
    '',
    'port of a second listener for health and metrics without a token; 0 takes a free one; default: none',
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
  STATE_URL: setting(
    '',
    'postgres://… of PostgreSQL for keys, hashes, sessions and mails, which several servers share; needs DATABASE_URL, EVENTSTORE_URL and VAULT_KEY; default: a file in DATA_DIR',
    url('postgres', 'postgresql'),
  ),
  WORKERS: setting(
    '1',
    'processes that serve PORT together, 1 to 64; more than 1 needs EVENTSTORE_URL, DATABASE_URL and STATE_URL',
    between(1, 64, 'processes'),
  ),
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
  MAIL_DIR: setting('', 'directory for mails as files, where there is no SMTP_URL; default: DATA_DIR/mail', (value) =>
    value ? resolve(value) : undefined,
  ),
  SMTP_TLS: setting(
    'required',
    'required, but not by a server on this machine; optional: mails also go to a server without TLS, readable on the way',
    oneOf('required', 'optional'),
  ),
  MAIL_FROM: setting('Rollbook <rollbook@localhost>', 'who mails come from', sender),
  APPROVAL_NOTICE_MINUTES: setting(
    '15',
    'how long people who begin to wait for approval are collected before their administrators get one mail, 1 to 1440',
    between(1, 1_440, 'minutes'),
  ),
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
