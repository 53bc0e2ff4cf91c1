import { isIP } from 'node:net';
import { isPlainAddress } from '#libs/accounts';
import type { Config } from './config.js';

/** The value of a setting can not be used; the message is one line. */
export class ConfigError extends Error {}

/** Throws a ConfigError for the value of a setting; `expected` completes the error's sentence "PORT takes …". */
export const fail = (expected: string): never => {
  throw new ConfigError(expected);
};
/** Parses a text setting; an empty text is `undefined`. */
export const text = (value: string) => value;
/** Returns a parser of a whole number of seconds in a range, which throws a ConfigError for any other text. */
export const seconds =
  (least: number, most: number) =>
  (value: string): number =>
    /^\d{1,6}$/.test(value) && Number(value) >= least && Number(value) <= most
      ? Number(value)
      : fail(`a number of seconds from ${least} to ${most}`);
/** Parses a port from 0 to 65535. Throws a ConfigError for any other text. */
export const portNumber = (value: string): number =>
  /^\d{1,5}$/.test(value) && Number(value) < 65_536 ? Number(value) : fail('a port from 0 to 65535');
/** Returns a parser that returns a text which begins with one of these protocols, `undefined` for an empty text, and throws a ConfigError for any other. */
export const url =
  (...protocols: string[]) =>
  (value: string) =>
    value === '' || protocols.includes(value.split('://', 1)[0]!)
      ? value || undefined
      : fail(`a URL that begins with ${protocols.join(':// or ')}://`);

/** Parses the URL to which the paths of pages are appended, so it must have no query and no fragment. */
export const webUrl = (value: string): string | undefined => {
  if (value === '') return undefined;
  const parsed = URL.canParse(value) ? new URL(value) : fail('a URL that begins with http:// or https://');
  const plain =
    /^https?:$/.test(parsed.protocol) && !parsed.username && !parsed.password && !parsed.search && !parsed.hash;
  return plain
    ? parsed.href.replace(/\/+$/, '')
    : fail('a URL that begins with http:// or https://, without a query or a password');
};

/** Parses the URL of a mail server; an empty text is `undefined`. */
export const mailServer = (value: string): string | undefined => {
  if (value === '') return undefined;
  const isValid =
    /^smtps?:$/.test(URL.canParse(value) ? new URL(value).protocol : '') && new URL(value).hostname !== '';
  return isValid ? value : fail('a URL that begins with smtp:// or smtps:// and names a host');
};

/** Returns whether a mail server is this machine: mails to it never cross a network. */
export const isLoopback = (server: string): boolean => {
  const host = new URL(server).hostname.toLowerCase().replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
};

/** Returns a parser that accepts only these words, and throws a ConfigError for any other text. */
export const oneOf =
  <const T extends string>(...words: T[]) =>
  (value: string): T =>
    words.find((word) => word === value) ?? fail(`one of ${words.join(', ')}`);

/** Parses the sender of mails: an address, or a name with an address in angle brackets. Throws a ConfigError for any other text. */
export const sender = (value: string): Config['mailFrom'] => {
  const [, name = '', address = ''] =
    /^(?:([^\p{Cc}<>@,;"]+) )?<?([^\s<>@,;]+@[^\s<>@,;]+)>?$/u.exec(value) ??
    fail('an address, like Rollbook <users@example.com>');
  return isPlainAddress(address)
    ? { name, address }
    : fail('an address without spaces, invisible characters, quotes or routes');
};

/** Parses the trusted proxies: `off`, addresses and networks, or how many proxies there are. */
export const proxies = (value: string): Config['trustProxy'] => {
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

/** Returns a parser of a whole number in a range; `unit` is for the error text. */
export const between =
  (least: number, most: number, unit: string) =>
  (value: string): number =>
    /^\d{1,6}$/.test(value) && Number(value) >= least && Number(value) <= most
      ? Number(value)
      : fail(`a whole number of ${unit} from ${least} to ${most}`);
