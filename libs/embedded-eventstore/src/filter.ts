import { broken } from './answers.js';
import type { Entry } from './log.pages.js';
import type { FilterRequest } from './messages.js';

const DEFAULT_WINDOW = 32;

/** Which events a reader of the whole log wants, and after how many considered ones he gets a checkpoint. */
export interface Filter {
  readonly matches: (entry: Entry) => boolean;
  readonly checkpointEvery: number;
}

/** @throws ServiceError the regular expression does not compile */
export function compileFilter({ on, regex, prefixes, window, interval }: FilterRequest): Filter {
  const pattern = compile(regex);
  const fits =
    prefixes.length > 0
      ? (text: string) => prefixes.some((prefix) => text.startsWith(prefix))
      : (text: string) => pattern.test(text);
  return { matches: (entry) => fits(entry[on]), checkpointEvery: (window ?? DEFAULT_WINDOW) * interval };
}

function compile(regex: string): RegExp {
  try {
    return new RegExp(regex);
  } catch {
    throw broken();
  }
}
