import { IsIn, IsString, Length } from 'class-validator';
import { Command, Optional, Query, Refusal, invalidCursor, toPage, type Page } from '#libs/kernel';
import type { MailKind } from '../domain/mail-effect.js';
import type { Mail, Vault } from '#libs/vault';

const listedStates = ['parked', 'owed'] as const;

/** A mail as operators see it: with the id of its recipient, without the address. */
export interface MailItem {
  readonly mailId: string;
  readonly kind: MailKind;
  readonly userId: string;
  readonly state: Mail['state'];
  /** How many attempts have failed. */
  readonly attempts: number;
  /** When it became due for the first time, or was sent again by hand. */
  readonly owedSince: string;
  /** When the next attempt is made; `null` if none is planned. */
  readonly nextAttemptAt: string | null;
  /** The error code of the last failed attempt. */
  readonly problem: string | null;
}

/** Lists the mails that were given up (`parked`) or that are still to be sent (`owed`), oldest first. */
export class ListMails extends Query<ListMails, Page<MailItem>> {
  /** Default `parked`. */
  @Optional() @IsIn(listedStates) state?: (typeof listedStates)[number];
  /** `next` of the page before. */
  @Optional() @IsString() @Length(1, 100) cursor?: string;
}

/** Queues a mail for sending now: one that was given up, with new attempts, or one that waits for its next attempt. */
export class SendMail extends Command<SendMail, MailItem> {}

/** How many mails a page holds; default, not configurable. */
const pageSize = 100;

const toMailItem = ({
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

/** Returns a page of the mails in a state. Throws `cursor.invalid`, and `access.forbidden` for a caller who is confined to an account. */
export function listMails({ outbox }: Pick<Vault, 'outbox'>, { state = 'parked', cursor, context }: ListMails) {
  checkUnconfined(context.account);
  if (cursor !== undefined && !outbox.find(cursor)) throw invalidCursor();
  const page = toPage(outbox.list(state, pageSize + 1, cursor ?? null), pageSize, ({ id }) => id);
  return { ...page, items: page.items.map(toMailItem) };
}

/**
 * Queues the mail `targetId` again, because an operator retries it, and returns it. A mail that was sent meanwhile stays
 * sent. Throws `mail.not-found`, and `access.forbidden` for a caller who is confined to an account.
 */
export function sendMail({ outbox }: Pick<Vault, 'outbox'>, { context: { targetId, at, confinedTo } }: SendMail) {
  checkUnconfined(confinedTo);
  outbox.requeue(targetId, Date.parse(at));
  const mail = outbox.find(targetId);
  if (!mail) throw new Refusal('mail.not-found', 'not-found', 'There is no such mail.');
  return toMailItem(mail);
}

/** Checks that the caller is not confined to an account: mails belong to the whole installation. */
function checkUnconfined(account: string | undefined): void {
  if (account) throw new Refusal('access.forbidden', 'forbidden', 'A token that names an account manages no mails.');
}
