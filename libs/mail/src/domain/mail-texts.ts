import type { Language } from '#libs/accounts';
import { de } from './mail-texts.de.js';
import { en } from './mail-texts.en.js';
import { es } from './mail-texts.es.js';
import { pl } from './mail-texts.pl.js';

/** A letter's own words. */
export interface MailText {
  readonly subject: string;
  readonly before: string;
  /** What the link does; absent: there is none. */
  readonly link?: string;
  readonly after: string;
}

/** All that mails say in one language: a missing text does not compile. Times are ready to be read. */
export interface MailTexts {
  readonly greeting: (name: string | undefined) => string;
  readonly footer: string;
  readonly completeProfile: (facts: { account: string; until: string }) => MailText;
  readonly resetPassword: (facts: { until: string }) => MailText;
  readonly passwordChanged: () => MailText;
  readonly approvalsWaiting: (facts: { account: string; count: number }) => MailText;
}

export const mailTexts: Readonly<Record<Language, MailTexts>> = { en, es, de, pl };
