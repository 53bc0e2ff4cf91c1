import { DatabaseError } from 'pg';
import { StoreUnavailable, connectionProblem, noAnswer, unexplained, type StoreProblem } from '#libs/kernel';

/** No answer within our own limit; what it would have been is unknown. */
export class NoAnswer extends Error {}

/** By SQL state, what the server itself says when it can't be used: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const states: readonly (readonly [pattern: RegExp, code: string, detail: string])[] = [
  [
    /^28/,
    'access-denied',
    'it denies access: check user and password in its URL, and whether it demands TLS (sslmode=require).',
  ],
  [/^3D000/, 'database-missing', 'the database in its URL does not exist.'],
  [/^53300/, 'too-many-connections', 'it has no connection left.'],
  [/^57P03/, 'starting', 'it is starting.'],
  [/^57P0/, 'connection-closed', 'it is shutting down or ended the connection.'],
];

/** Why the database can't be used; the text of its error is not passed on. */
function problemOf(error: unknown): StoreProblem {
  if (error instanceof NoAnswer) return noAnswer;
  const { code = '', message = '' } = Object(error) as { code?: string; message?: string };
  if (!(error instanceof DatabaseError)) return connectionProblem(`${code} ${message}`);
  const state = states.find(([pattern]) => pattern.test(code));
  return state ? { kind: 'away', code: state[1], detail: state[2] } : unexplained;
}

/** The database can't be reached now; it may be in a moment. */
export const unavailable = (error: unknown): StoreUnavailable =>
  new StoreUnavailable('read-store.unavailable', 'The read store is not available.', problemOf(error), error);

/** The database answers, but not this query in time. */
export const tooSlow = (error: unknown): StoreUnavailable =>
  new StoreUnavailable(
    'read-store.unavailable',
    'The read store takes too long for this; try again.',
    { kind: 'away', code: 'too-slow', detail: 'a query takes too long.' },
    error,
  );
