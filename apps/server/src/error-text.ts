import { types } from 'node:util';

/** Returns the message of an error. For a SuppressedError, which several failed closings cause, returns all their messages in the order in which they happened. */
export function toErrorText(error: unknown): string {
  // An error of a worker thread is an `Error`, but not a native one; one of another realm is the other way round.
  if (!(error instanceof Error || types.isNativeError(error))) return String(error);
  // What `AsyncDisposableStack` throws if several closings fail: `suppressed` came before `error`.
  const { name, suppressed, error: latest } = error as SuppressedError;
  return name === 'SuppressedError' ? `${toErrorText(suppressed)} Then: ${toErrorText(latest)}` : error.message;
}
