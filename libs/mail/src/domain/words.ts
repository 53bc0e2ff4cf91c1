import type { Language } from '#libs/kernel';
import { de } from './words.de.js';
import { en } from './words.en.js';
import { es } from './words.es.js';
import { pl } from './words.pl.js';

/** A letter's own words. */
export interface Text {
  readonly subject: string;
  readonly before: string;
  /** What the link does; absent: there is none. */
  readonly link?: string;
  readonly after: string;
}

/** All that mails say in one language: a missing text does not compile. Times are ready to be read. */
export interface Words {
  readonly greeting: (name: string | undefined) => string;
  readonly footer: string;
  readonly completeProfile: (facts: { account: string; until: string }) => Text;
  readonly resetPassword: (facts: { until: string }) => Text;
  readonly passwordChanged: () => Text;
  readonly approvalsWaiting: (facts: { account: string; count: number }) => Text;
}

export const words: Readonly<Record<Language, Words>> = { en, es, de, pl };
