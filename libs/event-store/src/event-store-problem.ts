import { AccessDeniedError } from '@eventstore/db-client';
import { StoreUnavailable, explainConnectionError, noAnswerProblem, type StoreProblem } from '#libs/kernel';
import { ResponseTimeout } from './time-limits.js';

/** Returns why a call of the client failed, without the text of its error, which could quote the URL. */
function toStoreProblem(error: unknown): StoreProblem {
  if (error instanceof ResponseTimeout) return noAnswerProblem;
  if (error instanceof AccessDeniedError) {
    return {
      kind: 'away',
      code: 'access-denied',
      detail: 'it denies access: check user and password in its URL; reading $all takes a member of $admins.',
    };
  }
  return explainConnectionError((error as Error).message);
}

/** Returns whether the client could not connect at all. It then waits longer and longer before it tries again. */
export const isConnectError = (error: unknown): boolean =>
  /No connection established|Name resolution failed|Failed to discover/.test((error as Error).message);

/** Returns the refusal `event-store.unavailable` for a failed call of the client. */
export const eventStoreUnavailable = (error: unknown): StoreUnavailable =>
  new StoreUnavailable(
    'event-store.unavailable',
    'The event store does not answer; try again.',
    toStoreProblem(error),
    error,
  );
