import { EventStoreDBClient } from '@eventstore/db-client';

/** What @eventstore/db-client 6.2.1 reads from a URL, in lower case. */
const options = new Set(
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
 * The URL as the client takes it: `kurrentdb:` is `esdb:`. Options without effect are left out with a warning, because
 * the client's own warning prints the whole URL, password included. Throws one clear line.
 */
export function clientUrl(url: string): string {
  if (/^[^/]+:\/\/[^@/]+@/.test(url) && /[?&]tls=false/i.test(url)) {
    throw new Error('the event store URL has credentials and tls=false: without TLS they would silently not be sent');
  }
  const [place, query = ''] = url
    .trim()
    .replace(/^kurrentdb(\+discover)?:/, 'esdb$1:')
    .split('?', 2) as [string, string?];
  const given = query.split('&').filter(Boolean);
  const known = given.filter((option) => options.has(nameOf(option)));
  for (const option of given)
    if (!known.includes(option))
      process.emitWarning(`The event store URL has the option ${nameOf(option)}, which has no effect.`);
  return known.length > 0 ? `${place}?${known.join('&')}` : place;
}

/** The client takes names in any case, with `_` and `-`. */
const nameOf = (option: string): string => option.split('=', 1)[0]!.trim().toLowerCase().replace(/[_-]/g, '');

/** Opens a client; it connects at its first call. Throws one clear line. */
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
