import type { Language } from '#libs/accounts';
import type { MailKind } from './mail-effect.js';
import { de } from './mail-texts.de.js';
import { en } from './mail-texts.en.js';
import { es } from './mail-texts.es.js';
import { pl } from './mail-texts.pl.js';

/** The text of one mail, without greeting and footer. */
export interface MailText {
  readonly subject: string;
  readonly before: string;
  /** The label of the link; absent: the mail has no link. */
  readonly link?: string;
  readonly after: string;
}

/** What the text of each kind of mail needs to know. A forgotten kind does not compile in `MailTexts`. Times are formatted for the reader. */
export interface MailFacts {
  /** `newMemberOf`: the name of the account if the link sets the first password; absent if it resets one. */
  readonly 'password-link': { readonly until: string; readonly newMemberOf?: string };
  readonly 'password-changed': Record<never, never>;
  /** `count`: how many of the new users still wait. */
  readonly 'approvals-requested': { readonly account: string; readonly count: number };
  readonly 'approvals-waiting': { readonly account: string; readonly count: number };
  readonly 'approval-rejected': { readonly account: string };
}

/** The functions that return the text of each kind of mail. */
export type TextFunctions = { readonly [Kind in MailKind]: (facts: MailFacts[Kind]) => MailText };

/** All texts of mails in one language. A forgotten kind or language does not compile. */
export type MailTexts = TextFunctions & {
  readonly greeting: (name: string | undefined) => string;
  readonly footer: string;
};

export const mailTexts: Readonly<Record<Language, MailTexts>> = { en, es, de, pl };
