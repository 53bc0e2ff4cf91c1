import type { LogEntry } from './log.pages.js';
import type { FilterRequest } from './messages.js';
import { handlerError } from './responses.js';

const DEFAULT_CHECKPOINT_WINDOW = 32;

/** Which events a reader of the log gets. */
export interface Filter {
  readonly matches: (entry: LogEntry) => boolean;
  /** The reader gets a checkpoint after so many events were compared. */
  readonly checkpointEvery: number;
}

/** Returns the filter for a request. Throws a ServiceError for an invalid regular expression. */
export function compileFilter({ on, regex, prefixes, window, interval }: FilterRequest): Filter {
  const pattern = compile(regex);
  const fits =
    prefixes.length > 0
      ? (text: string) => prefixes.some((prefix) => text.startsWith(prefix))
      : (text: string) => pattern.test(text);
  return {
    matches: (entry) => fits(entry[on]),
    checkpointEvery: (window ?? DEFAULT_CHECKPOINT_WINDOW) * interval,
  };
}

function compile(regex: string): RegExp {
  try {
    return new RegExp(regex);
  } catch {
    throw handlerError();
  }
}
