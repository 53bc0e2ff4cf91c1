import { IsIn, IsString, Length } from 'class-validator';
import { Command, Optional, Query, Refusal, invalidCursor, toPage, type Page } from '#libs/kernel';
import type { MailKind } from '../domain/mail-effect.js';
import type { EventStore } from '#libs/event-store';
import { UserDecider, accountOf } from '#libs/users';
import type { Mail, Vault } from '#libs/vault';

const listedStates = ['parked', 'owed'] as const;

/** A mail as operators see it: with the id of its recipient, without the address. */
export interface MailItem {
  readonly mailId: string;
  /** More kinds may be added. */
  readonly kind: MailKind;
  readonly userId: string;
  /** The id of the account that the recipient is in, or was in last; `null`: they never were in one. */
  readonly accountId: string | null;
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

/** A page of the list. */
export interface MailPage extends Page<MailItem> {
  /** How many mails are in each state that is listed, on all pages. */
  readonly counts: { readonly parked: number; readonly owed: number };
}

/** Lists the mails that were given up (`parked`) or that are still to be sent (`owed`), oldest first. */
export class ListMails extends Query<ListMails, MailPage> {
  /** Default `parked`. */
  @Optional() @IsIn(listedStates) state?: (typeof listedStates)[number];
  /** `next` of the page before. */
  @Optional() @IsString() @Length(1, 100) cursor?: string;
}

/** Queues a mail for sending now: one that was given up, with new attempts, or one that waits for its next attempt. */
export class SendMail extends Command<SendMail, MailItem> {}

/** How many mails a page holds; default, not configurable. */
const pageSize = 100;

/** What the routes of mails use. */
interface MailStores {
  readonly vault: Pick<Vault, 'outbox'>;
  readonly store: Pick<EventStore, 'load'>;
}

/** Returns the id of the account that a user is in, or was in last. */
async function findAccount({ store }: Pick<MailStores, 'store'>, userId: string): Promise<string | null> {
  const { state } = await store.load(UserDecider, userId);
  return accountOf(state) ?? (state.status === 'unaffiliated' ? state.lastAccount : undefined) ?? null;
}

const toMailItem = (
  { id: mailId, kind, user: userId, state, attempts, since, nextAttemptAt, problem }: Mail,
  accountId: string | null,
): MailItem => ({
  mailId,
  kind: kind as MailKind,
  userId,
  accountId,
  state,
  attempts,
  owedSince: new Date(since).toISOString(),
  nextAttemptAt: state === 'owed' ? new Date(nextAttemptAt).toISOString() : null,
  problem,
});

/** Returns a page of the mails in a state. Throws `cursor.invalid`, and `access.forbidden` for a caller who is confined to an account. */
export async function listMails(
  stores: MailStores,
  { state = 'parked', cursor, context }: ListMails,
): Promise<MailPage> {
  checkUnconfined(context.account);
  const { outbox } = stores.vault;
  if (cursor !== undefined && !(await outbox.find(cursor))) throw invalidCursor();
  const page = toPage(await outbox.list(state, pageSize + 1, cursor ?? null), pageSize, ({ id }) => id);
  const items = await Promise.all(
    page.items.map(async (mail) => toMailItem(mail, await findAccount(stores, mail.user))),
  );
  const [parked, owed] = await Promise.all([outbox.count('parked'), outbox.count('owed')]);
  return { ...page, items, counts: { parked, owed } };
}

/**
 * Queues the mail `targetId` again, because an operator retries it, and returns it. A mail that was sent meanwhile stays
 * sent. Throws `mail.not-found`, and `access.forbidden` for a caller who is confined to an account.
 */
export async function sendMail(
  stores: MailStores,
  { context: { targetId, at, confinedTo } }: SendMail,
): Promise<MailItem> {
  checkUnconfined(confinedTo);
  const { outbox } = stores.vault;
  await outbox.requeue(targetId, Date.parse(at));
  const mail = await outbox.find(targetId);
  if (!mail) throw new Refusal('mail.not-found', 'not-found', 'There is no such mail.');
  return toMailItem(mail, await findAccount(stores, mail.user));
}

/** Checks that the caller is not confined to an account: mails belong to the whole installation. */
function checkUnconfined(account: string | undefined): void {
  if (account) throw new Refusal('access.forbidden', 'forbidden', 'A token that names an account manages no mails.');
}
