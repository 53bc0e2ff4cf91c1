import { types } from 'node:util';

/** Returns the message of an error, and of all the errors that it suppressed, the first one first. */
export function toErrorText(error: unknown): string {
  if (!types.isNativeError(error)) return String(error);
  // What `AsyncDisposableStack` throws if several closings fail: `suppressed` came before `error`.
  const { name, suppressed, error: latest } = error as SuppressedError;
  return name === 'SuppressedError' ? `${toErrorText(suppressed)} Then: ${toErrorText(latest)}` : error.message;
}
