import { types } from 'node:util';

/** Returns the message of an error; for a tampered stream its name and the reason, which are for operators only. For a SuppressedError, which several failed closings cause, returns all their messages in the order in which they happened. */
export function toErrorText(error: unknown): string {
  // An error of a worker thread is an `Error`, but not a native one; one of another realm is the other way round.
  if (!(error instanceof Error || types.isNativeError(error))) return String(error);
  // `TamperedStream` is not imported: a start reports a wrong setting before it loads the libraries.
  const { code, stream, reason } = error as Error & { code?: unknown; stream?: string; reason?: string };
  if (code === 'log.tampered') return `The stream ${stream} was changed from outside Rollbook: ${reason}.`;
  // What `AsyncDisposableStack` throws if several closings fail: `suppressed` came before `error`.
  const { name, suppressed, error: latest } = error as SuppressedError;
  return name === 'SuppressedError' ? `${toErrorText(suppressed)} Then: ${toErrorText(latest)}` : error.message;
}
