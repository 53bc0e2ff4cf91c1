import { AccessDeniedError } from '@eventstore/db-client';
import { StoreUnavailable, connectionProblem, noAnswer, type StoreProblem } from '#libs/kernel';
import { NoAnswer } from './time-limits.js';

/** Why a call of the client failed; its error could quote the URL, so its text is not passed on. */
function problemOf(error: unknown): StoreProblem {
  if (error instanceof NoAnswer) return noAnswer;
  if (error instanceof AccessDeniedError) {
    return {
      kind: 'away',
      code: 'access-denied',
      detail: 'it denies access: check user and password in its URL; reading $all takes a member of $admins.',
    };
  }
  return connectionProblem((error as Error).message);
}

/** The client could not reach its server at all: it waits longer and longer before it tries again. */
export const isUnconnected = (error: unknown): boolean =>
  /No connection established|Name resolution failed|Failed to discover/.test((error as Error).message);

export const unavailable = (error: unknown): StoreUnavailable =>
  new StoreUnavailable(
    'event-store.unavailable',
    'The event store does not answer; try again.',
    problemOf(error),
    error,
  );
