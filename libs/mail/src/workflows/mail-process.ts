import {
  Subject,
  Subscription,
  bufferTime,
  defer,
  exhaustMap,
  filter,
  finalize,
  from,
  merge,
  retry,
  tap,
  timer,
  type Observable,
} from 'rxjs';
import type { EventStore } from '#libs/event-store';
import { StoreUnavailable, type LogItem, type Recorded } from '#libs/kernel';
import type { Vault } from '#libs/vault';
import { typesWithMailEffect, mailEffectOf } from '../domain/mail-effect.js';
import { queueReminders, reminderInterval } from './remind.js';
import { MailSender, errorCodeOf, type SenderReport } from './sender.js';
import type { MailTransport } from './transport.js';

export interface MailProcessOptions {
  readonly store: EventStore;
  readonly vault: Vault;
  readonly transport: MailTransport;
  readonly now: () => Date;
  readonly report: SenderReport & {
    /** The log can't be followed, or the vault not be written to: why, in a code. */
    halted(problem: string): void;
  };
}

/** How it goes. Holds nothing personal. */
export interface MailHealth {
  readonly owed: number;
  readonly parked: number;
  /** Since the start. */
  readonly sent: number;
  /** Failed attempts since the start. */
  readonly failed: number;
  /** Why mails are not noted, or why the newest could not be sent. */
  readonly problem?: string;
}

/** How long, in ms, events gather before what they owe is noted. */
const gathering = 100;
/** How often, in ms, a place in the log is noted that nothing is owed at, and the clock is looked at. */
const pace = 1_000;
/** ◇ How long it is known what was sent, ms. */
const remembered = 30 * 24 * 60 * 60_000;
const tidying = 60 * 60_000;
/** How long the end waits for mails under way, ms. */
const grace = 3_000;

/**
 * The process that sends mails: event → what is owed → sent. It follows the log with a checkpoint of its own and notes what
 * each event owes together with it; then it sends what is due. It decides nothing and writes nothing into the log.
 */
export class MailProcess {
  readonly #ending = new AbortController();
  readonly #running = new Subscription();
  readonly #cut = new Subject<void>();
  readonly #owed = new Subject<void>();
  #sender: MailSender | undefined;
  #sending: Promise<void> = Promise.resolve();
  #caughtUp = false;
  #halted: string | undefined;
  #noted = 0;

  constructor(private readonly options: MailProcessOptions) {}

  /** Begins; `publicUrl` is where the links lead. */
  start(publicUrl: string): void {
    const { store, vault, transport, now, report } = this.options;
    this.#sender = new MailSender(vault.outbox, { store, vault, publicUrl, now }, transport, report);
    const again = { delay: (error: unknown, attempt: number) => this.#backOff(error, attempt), resetOnSuccess: true };
    this.#running.add(this.#follow().pipe(retry(again)).subscribe());
    this.#running.add(this.#send().pipe(retry(again)).subscribe());
  }

  /** Ends: begins no more mails, waits a little for those under way. What is not noted as sent then is sent at the next start. */
  async stop(): Promise<void> {
    this.#running.unsubscribe();
    this.#ending.abort();
    const cut = setTimeout(() => this.#cut.next(), grace);
    await Promise.allSettled([this.#sending]);
    clearTimeout(cut);
    this.options.transport.close();
  }

  health(): MailHealth {
    const { outbox } = this.options.vault;
    const problem = this.#halted ?? this.#sender?.problem;
    return {
      owed: outbox.count('owed'),
      parked: outbox.count('parked'),
      sent: this.#sender?.sent ?? 0,
      failed: this.#sender?.failures ?? 0,
      ...(problem && { problem }),
    };
  }

  /** Event → what is owed. */
  #follow(): Observable<unknown> {
    return defer(() => {
      const closing = new AbortController();
      return from(this.#log(closing.signal)).pipe(
        bufferTime(gathering, null, 1_000),
        filter((items) => items.length > 0),
        tap((items) => this.#note(items)),
        finalize(() => closing.abort()),
      );
    });
  }

  async *#log(signal: AbortSignal): AsyncGenerator<LogItem> {
    const { store, vault } = this.options;
    const { checkpoint } = vault.outbox;
    // A log that was restored from an older backup than the vault ends before the checkpoint.
    yield* store.follow(
      checkpoint === undefined ? undefined : Math.min(checkpoint, await store.lastPosition()),
      signal,
      typesWithMailEffect,
    );
  }

  #note(items: readonly LogItem[]): void {
    const events = items.flatMap((item) => (item.kind === 'event' ? [item.event] : []));
    const reached = Math.max(0, ...items.map(positionOf));
    if (reached > 0 && (events.length > 0 || performance.now() - this.#noted > pace)) {
      this.options.vault.outbox.saveWithCheckpoint(reached, () => events.forEach((event) => this.#take(event)));
      this.#noted = performance.now();
    }
    this.#caughtUp ||= items.some(({ kind }) => kind === 'caughtUp');
    this.#halted = undefined;
    if (events.length > 0) this.#owed.next();
  }

  #take(event: Recorded): void {
    const { outbox, pendingApprovals } = this.options.vault;
    const { id, envelope } = event;
    const { send, release, waitingIn } = mailEffectOf(event);
    const { id: user } = envelope.subject;
    const now = this.options.now().getTime();
    // An event causes one mail at most, which has its id.
    for (const kind of send) outbox.enqueue({ id, kind, user, about: envelope.causationId, since: now });
    for (const kind of release) outbox.requeueHeldByLock(user, kind, now);
    if (waitingIn) pendingApprovals.add(user, waitingIn, Date.parse(envelope.at) + reminderInterval);
    if (waitingIn === null) pendingApprovals.remove(user);
  }

  /** What is owed → sent: at once, and whenever the clock says that something is due. */
  #send(): Observable<unknown> {
    const sending = merge(this.#owed, timer(0, pace)).pipe(exhaustMap(() => (this.#sending = this.#round())));
    const forgetting = timer(0, tidying).pipe(
      tap(() => this.options.vault.outbox.deleteFinished(this.options.now().getTime() - remembered)),
    );
    return merge(sending, forgetting);
  }

  async #round(): Promise<void> {
    const { store, vault, now } = this.options;
    // Before, somebody may seem to wait who doesn't.
    if (this.#caughtUp) await queueReminders(store, vault, now().getTime());
    await this.#sender!.sendDue(this.#ending.signal, this.#cut);
  }

  #backOff(error: unknown, attempt: number): Observable<unknown> {
    const before = this.#halted;
    this.#halted = errorCodeOf(error);
    // A store that is away is told of by itself, and anything else once.
    if (this.#halted !== before && !(error instanceof StoreUnavailable)) this.options.report.halted(this.#halted);
    return timer(Math.min(100 * 2 ** (attempt - 1), 5_000));
  }
}

const positionOf = (item: LogItem): number =>
  item.kind === 'event' ? item.event.position : item.kind === 'checkpoint' ? item.position : 0;
