import type { StoreProblem } from './store-problem.js';

/** Patterns in the error texts of Node.js, OpenSSL, gRPC and PostgreSQL; the first that matches counts. */
const causes: readonly (readonly [code: string, pattern: RegExp, detail: string])[] = [
  ['host-unknown', /ENOTFOUND|EAI_AGAIN|Name resolution failed/, 'the host in its URL has no address in the DNS.'],
  ['connection-refused', /ECONNREFUSED|connect ENOENT/, 'nothing listens at the host and port in its URL.'],
  [
    'host-unreachable',
    /EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EHOSTDOWN/,
    'the network does not reach the host in its URL.',
  ],
  [
    'certificate-wrong-host',
    /ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate/,
    'its certificate is for another host name than the one in its URL.',
  ],
  [
    'certificate-expired',
    /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|certificate (has expired|is not yet valid)/i,
    'its certificate has expired or is not valid yet.',
  ],
  [
    'certificate-untrusted',
    /SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY)|self[- ]signed certificate|unable to (get|verify)|certificate signature failure/i,
    'its certificate is of an authority that is not trusted here: name the file of that authority (tlsCAFile for an event store, sslrootcert for PostgreSQL).',
  ],
  [
    'tls-not-spoken',
    /wrong version number|WRONG_VERSION_NUMBER|does not support SSL|packet length too long/,
    'its URL asks for TLS, which the server does not speak.',
  ],
  ['tls-not-spoken', /before secure TLS connection was established/, 'it ends connections during the TLS handshake.'],
  ['not-an-event-store', /Protocol error/, 'at the host and port in its URL listens a server of another kind.'],
  [
    'connection-closed',
    /Failed to connect|ECONNRESET|EPIPE|Connection dropped|Connection terminated|closed the connection/,
    'it closes connections at once; it may be starting, or expect TLS where the URL does not ask for it.',
  ],
  ['no-cluster-node', /Failed to discover/, 'no node of the cluster in its URL answers, or none of them is ready.'],
];

/** The problem of a store whose error text matches no pattern. */
export const unknownConnectionProblem: StoreProblem = {
  kind: 'away',
  code: 'unavailable',
  detail: 'it says that it can not be used now.',
};

/** Finds the problem behind the text or code of a connection error. The text itself is not passed on. */
export function explainConnectionError(text: string): StoreProblem {
  const cause = causes.find(([, pattern]) => pattern.test(text));
  return cause ? { kind: 'away', code: cause[0], detail: cause[2] } : unknownConnectionProblem;
}

/** The problem of a store that does not answer in time. */
export const noAnswerProblem: StoreProblem = {
  kind: 'away',
  code: 'no-answer',
  detail: 'it accepts connections or keeps them open, but does not answer.',
};
