import { IsIn, IsString, Length } from 'class-validator';
import { Command, Optional, Query, Refusal, invalidCursor, toPage, type Page } from '#libs/kernel';
import type { MailKind } from '../domain/mail-effect.js';
import type { Mail, Vault } from '#libs/vault';

const listed = ['parked', 'owed'] as const;

/** A mail as operators see it, with the id of its recipient instead of the address. */
export interface MailItem {
  readonly mailId: string;
  readonly kind: MailKind;
  readonly userId: string;
  readonly state: Mail['state'];
  /** How many attempts have failed. */
  readonly attempts: number;
  /** When it became due for the first time, or was sent again by hand. */
  readonly owedSince: string;
  /** When the next attempt is made; `null` where none follows. */
  readonly nextAttemptAt: string | null;
  /** The code of the reason why the last attempt failed. */
  readonly problem: string | null;
}

/** The mails that were given up, or those that are owed; the oldest first. */
export class ListMails extends Query<ListMails, Page<MailItem>> {
  /** Default parked. */
  @Optional() @IsIn(listed) state?: (typeof listed)[number];
  /** `next` of the page before. */
  @Optional() @IsString() @Length(1, 100) cursor?: string;
}

/** Sends a mail that was given up as if it were new, and one that waits for its next attempt at once. */
export class SendMail extends Command<SendMail, MailItem> {}

/** ◇ */
const pageSize = 100;

const itemOf = ({
  id: mailId,
  kind,
  user: userId,
  state,
  attempts,
  since,
  nextAttemptAt,
  problem,
}: Mail): MailItem => ({
  mailId,
  kind: kind as MailKind,
  userId,
  state,
  attempts,
  owedSince: new Date(since).toISOString(),
  nextAttemptAt: state === 'owed' ? new Date(nextAttemptAt).toISOString() : null,
  problem,
});

/** Answers a page. Throws `cursor.invalid`. */
export function listMails({ outbox }: Pick<Vault, 'outbox'>, { state = 'parked', cursor, context }: ListMails) {
  checkUnconfined(context.account);
  if (cursor !== undefined && !outbox.find(cursor)) throw invalidCursor();
  const page = toPage(outbox.list(state, pageSize + 1, cursor ?? null), pageSize, ({ id }) => id);
  return { ...page, items: page.items.map(itemOf) };
}

/** Repeatable: one that was sent in the meantime stays sent. Throws `mail.not-found`. */
export function sendMail({ outbox }: Pick<Vault, 'outbox'>, { context: { targetId, at, confinedTo } }: SendMail) {
  checkUnconfined(confinedTo);
  outbox.requeue(targetId, Date.parse(at));
  const mail = outbox.find(targetId);
  if (!mail) throw new Refusal('mail.not-found', 'not-found', 'There is no such mail.');
  return itemOf(mail);
}

/** Mails are the whole installation's. */
function checkUnconfined(account: string | undefined): void {
  if (account) throw new Refusal('access.forbidden', 'forbidden', 'A token that names an account manages no mails.');
}
