import { IsIn, IsString, Length } from 'class-validator';
import { Command, Optional, Query, Refusal, invalidCursor, toPage } from '#libs/kernel';
import type { Mail, Vault } from '#libs/vault';

const listed = ['parked', 'owed'] as const;

/** The mails that were given up, or those that are owed; the oldest first. */
export class ListMails extends Query<ListMails> {
  /** Default parked. */
  @Optional() @IsIn(listed) state?: (typeof listed)[number];
  /** `next` of the page before. */
  @Optional() @IsString() @Length(1, 100) cursor?: string;
}

/** Sends a mail that was given up as if it were new, and one that waits for its next attempt at once. */
export class SendMail extends Command<SendMail> {}

/** ◇ */
const pageSize = 100;

/** A mail as operators see it. Whom it goes to is told by id. */
const itemOf = ({ id: mailId, kind, user: userId, state, attempts, since, nextAttemptAt, problem }: Mail) => ({
  mailId,
  kind,
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
