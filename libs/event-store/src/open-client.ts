import { EventStoreDBClient } from '@eventstore/db-client';

/** The URL options that @eventstore/db-client 6.2.1 knows, in lower case. */
const knownOptions = new Set(
  [
    'userCertFile',
    'userKeyFile',
    'maxDiscoverAttempts',
    'connectionName',
    'defaultDeadline',
    'discoveryInterval',
    'gossipTimeout',
    'nodePreference',
    'tls',
    'tlsCAFile',
    'throwOnAppendFailure',
    'keepAliveInterval',
    'keepAliveTimeout',
  ].map((name) => name.toLowerCase()),
);

/**
 * Returns the URL in the form that the client accepts: with `esdb:` instead of `kurrentdb:`, without options that have no
 * effect. It warns about those itself, because the client's warning prints the whole URL, password included.
 * Throws an Error of one line for credentials without TLS.
 */
export function toClientUrl(url: string): string {
  if (/^[^/]+:\/\/[^@/]+@/.test(url) && /[?&]tls=false/i.test(url)) {
    throw new Error('the event store URL has credentials and tls=false: without TLS they would silently not be sent');
  }
  const [address, query = ''] = url
    .trim()
    .replace(/^kurrentdb(\+discover)?:/, 'esdb$1:')
    .split('?', 2) as [string, string?];
  const given = query.split('&').filter(Boolean);
  const known = given.filter((option) => knownOptions.has(nameOf(option)));
  for (const option of given)
    if (!known.includes(option))
      process.emitWarning(`The event store URL has the option ${nameOf(option)}, which has no effect.`);
  return known.length > 0 ? `${address}?${known.join('&')}` : address;
}

/** Returns the normalized name of an option: the client accepts names in any case, with `_` and `-`. */
const nameOf = (option: string): string => option.split('=', 1)[0]!.trim().toLowerCase().replace(/[_-]/g, '');

/** Creates a client, which connects at its first call. Throws an Error of one line for a wrong URL or a missing file. */
export function openClient(url: string): EventStoreDBClient {
  try {
    return EventStoreDBClient.connectionString(url);
  } catch (error) {
    const isFile = /certificate/i.test((error as Error).message);
    // oxlint-disable-next-line preserve-caught-error -- the client's error quotes the URL, password included
    throw new Error(
      isFile
        ? 'the event store URL names a certificate or key file that is not there (tlsCAFile, userCertFile, userKeyFile)'
        : 'not a URL of an event store (esdb://host:port)',
    );
  }
}
