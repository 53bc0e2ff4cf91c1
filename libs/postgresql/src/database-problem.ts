import { DatabaseError } from 'pg';
import {
  StoreUnavailable,
  explainConnectionError,
  noAnswerProblem,
  unknownConnectionProblem,
  type RefusalCodeOf,
  type StoreProblem,
} from '#libs/kernel';

/** The database did not respond within our own time limit; whether it executed the statement is unknown. */
export class ResponseTimeout extends Error {}

/** By SQL state, the errors with which a server refuses connections: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const problemsBySqlState: readonly (readonly [pattern: RegExp, code: string, detail: string])[] = [
  [
    /^28/,
    'access-denied',
    'it denies access: check user and password in its URL, and whether it demands TLS (sslmode=require).',
  ],
  [/^3D000/, 'database-missing', 'the database in its URL does not exist.'],
  [/^25P03/, 'connection-closed', 'it ended a transaction in which nothing happened for too long.'],
  [/^53300/, 'too-many-connections', 'it has no connection left.'],
  [/^57P03/, 'starting', 'it is starting.'],
  [/^57P0/, 'connection-closed', 'it is shutting down or ended the connection.'],
];

/** Returns why the database can't be used, without the text of its error, which could hold credentials or values. */
function toStoreProblem(error: unknown): StoreProblem {
  if (error instanceof ResponseTimeout) return noAnswerProblem;
  const { code = '', message = '' } = Object(error) as { code?: string; message?: string };
  if (!(error instanceof DatabaseError)) return explainConnectionError(`${code} ${message}`);
  const state = problemsBySqlState.find(([pattern]) => pattern.test(code));
  return state ? { kind: 'away', code: state[1], detail: state[2] } : unknownConnectionProblem;
}

/** What a database is used for: the code of the refusal while it is unavailable, and its name at the start of a sentence. */
export interface DatabaseStore {
  readonly code: RefusalCodeOf<'unavailable'>;
  readonly name: string;
}

/** Returns the refusal for a database that can't be reached. */
export const toUnavailable = ({ code, name }: DatabaseStore, error: unknown): StoreUnavailable =>
  new StoreUnavailable(code, `${name} is not available.`, toStoreProblem(error), error);

/** Returns the refusal for a statement that takes too long while the database answers others. */
export const tooSlow = ({ code, name }: DatabaseStore, error: unknown): StoreUnavailable =>
  new StoreUnavailable(
    code,
    `${name} takes too long for this; try again.`,
    { kind: 'away', code: 'too-slow', detail: 'a query takes too long.' },
    error,
  );

/** Whether a statement has given up waiting for a lock, after `lock_timeout`. */
export const isLockTimeout = (error: unknown): boolean => error instanceof DatabaseError && error.code === '55P03';
