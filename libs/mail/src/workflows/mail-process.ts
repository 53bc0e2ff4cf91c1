import { setTimeout as pause } from 'node:timers/promises';
import type { EventStore } from '#libs/event-store';
import { StoreUnavailable, type LogItem, type Recorded } from '#libs/kernel';
import type { Statement, Vault } from '#libs/vault';
import { typesWithMailEffect, mailEffectOf } from '../domain/mail-effect.js';
import { collectBatches } from './collect-batches.js';
import { queueApprovalMails, reminderInterval } from './queue-approval-mails.js';
import { MailSender, errorCodeOf, type SenderReport } from './sender.js';
import type { MailTransport } from './transport.js';

export interface MailProcessOptions {
  readonly store: EventStore;
  readonly vault: Vault;
  readonly transport: MailTransport;
  readonly now: () => Date;
  /** How long users who begin to wait for approval are collected before administrators are told, ms. */
  readonly approvalNoticeDelay: number;
  /** Waits for `ms`. Rejects when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly report: SenderReport & {
    /** Is called when the log cannot be read or the vault cannot be written, with an error code. */
    halted(problem: string): void;
  };
}

/** The state of the mail process. Holds no personal data. */
export interface MailHealth {
  /** How many mails are to be sent. */
  readonly owed: number;
  /** How many mails were given up. */
  readonly parked: number;
  /** The error code of why no mails are queued, or why the newest attempt failed; absent if all is well. */
  readonly problem?: string;
}

/** How often the process looks for due mails, and how often it saves its checkpoint if no event queues a mail, ms. */
const pollIntervalMs = 1_000;
/** How long the outbox keeps finished mails, ms; default, not configurable. */
const keepFinishedMs = 30 * 24 * 60 * 60_000;
/** How often finished mails are deleted, ms. */
const cleanupIntervalMs = 60 * 60_000;
/** How long `stop` waits for mails that are being sent, ms. */
const stopTimeoutMs = 3_000;
/** The longest pause before a retry, ms. */
const maxBackOffMs = 5_000;

/**
 * The process that sends mails. One loop follows the log and saves the mails that each event causes in the outbox, in one
 * transaction with the checkpoint. The other loop sends the mails that are due. Neither decides or appends anything.
 */
export class MailProcess {
  #stopping = new AbortController();
  /** Is aborted when `stop` waits no longer for mails that are being sent. */
  #cut = new AbortController();
  #sender: MailSender | undefined;
  #loops: readonly Promise<void>[] = [];
  #wakeSender = () => {};
  #caughtUp = false;
  #halted: string | undefined;
  #checkpoint: number | undefined;
  #checkpointSavedAt = 0;
  #cleanedUpAt = -Infinity;

  constructor(private readonly options: MailProcessOptions) {}

  /**
   * Starts both loops, also after a {@link stop}.
   * @param publicUrl base URL of the links in mails
   * @param turn the number of this server's turn to send mails; undefined for the only server
   */
  start(publicUrl: string, turn?: number): void {
    const { store, vault, transport, now, report } = this.options;
    [this.#stopping, this.#cut, this.#caughtUp] = [new AbortController(), new AbortController(), false];
    this.#sender = new MailSender(vault.outbox, { store, vault, publicUrl, now }, transport, report, turn);
    this.#loops = [this.#retry(() => this.#follow()), this.#retry(() => this.#send())];
  }

  /** Starts no more mails and waits up to 3 seconds for those that are being sent. The rest is sent after the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wakeSender();
    const timer = setTimeout(() => this.#cut.abort(), stopTimeoutMs);
    await Promise.all(this.#loops);
    clearTimeout(timer);
  }

  /** Closes the connections to the mail server. */
  close(): void {
    this.options.transport.close();
  }

  /** Returns the numbers of mails and the current problem. */
  async health(): Promise<MailHealth> {
    const { outbox } = this.options.vault;
    const problem = this.#halted ?? this.#sender?.problem;
    const [owed, parked] = await Promise.all([outbox.count('owed'), outbox.count('parked')]);
    return { owed, parked, ...(problem && { problem }) };
  }

  /** How many mails were sent, and how many attempts failed, since the start. */
  get attempts(): { readonly sent: number; readonly failed: number } {
    return { sent: this.#sender?.sent ?? 0, failed: this.#sender?.failures ?? 0 };
  }

  /** Runs a loop until `stop`, again after each error. Each value that the loop yields resets the back-off. */
  async #retry(loop: () => AsyncIterable<void>): Promise<void> {
    const { signal } = this.#stopping;
    for (let failures = 0; !signal.aborted;) {
      try {
        for await (const _ of loop()) failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        this.#reportHalt(error);
        await pause(Math.min(100 * 2 ** failures++, maxBackOffMs), undefined, { signal }).catch(() => {});
      }
    }
  }

  #reportHalt(error: unknown): void {
    const previous = this.#halted;
    this.#halted = errorCodeOf(error);
    // An unavailable store is reported by its monitor; any other problem once.
    if (this.#halted !== previous && !(error instanceof StoreUnavailable)) this.options.report.halted(this.#halted);
  }

  /** Follows the log and saves the mails that its events cause. */
  async *#follow(): AsyncGenerator<void> {
    const { store, vault } = this.options;
    const closing = new AbortController();
    const readLog = async (add: (item: LogItem) => void): Promise<void> => {
      const checkpoint = (this.#checkpoint = await vault.outbox.findCheckpoint());
      // A log that was restored from an older backup than the vault ends before the checkpoint.
      const after = checkpoint === undefined ? undefined : Math.min(checkpoint, await store.lastPosition());
      for await (const item of store.follow(after, closing.signal, typesWithMailEffect)) add(item);
    };
    try {
      for await (const items of collectBatches(readLog, this.#stopping.signal)) {
        await this.#saveEffects(items);
        yield;
      }
    } finally {
      closing.abort();
    }
  }

  async #saveEffects(items: readonly LogItem[]): Promise<void> {
    const events = items.flatMap((item) => (item.kind === 'event' ? [item.event] : []));
    const position = Math.max(0, ...items.map(positionOf));
    if (position > 0 && (events.length > 0 || performance.now() - this.#checkpointSavedAt > pollIntervalMs)) {
      const changes = events.flatMap((event) => this.#toChanges(event));
      await this.options.vault.outbox.saveWithCheckpoint(this.#checkpoint, position, changes);
      this.#checkpoint = position;
      this.#checkpointSavedAt = performance.now();
    }
    this.#caughtUp ||= items.some(({ kind }) => kind === 'caughtUp');
    this.#halted = undefined;
    if (events.length > 0) this.#wakeSender();
  }

  /** Returns the changes of the outbox and of the lists of waiting users that an event causes. */
  #toChanges(event: Recorded): Statement[] {
    const { outbox, pendingApprovals, approvalNotices } = this.options.vault;
    const { id, envelope } = event;
    const { send, release, waitingIn } = mailEffectOf(event);
    const { id: user } = envelope.subject;
    const now = this.options.now().getTime();
    // An event causes one mail at most, so the mail has the event's id.
    const mails = send.flatMap((kind) => outbox.enqueue({ id, kind, user, about: envelope.causationId, since: now }));
    const released = release.flatMap((kind) => outbox.requeueHeldByLock(user, kind, now));
    const at = Date.parse(envelope.at);
    const waiting = waitingIn
      ? [
          ...pendingApprovals.add(user, waitingIn, at + reminderInterval),
          ...approvalNotices.add(user, waitingIn, at + this.options.approvalNoticeDelay),
        ]
      : waitingIn === null
        ? [...pendingApprovals.remove(user), ...approvalNotices.remove(user)]
        : [];
    return [...mails, ...released, ...waiting];
  }

  /** Sends the mails that are due whenever it is woken, at least once per poll interval. */
  async *#send(): AsyncGenerator<void> {
    const { store, vault, now, sleep } = this.options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      // Created before the work, so that an event which is saved meanwhile wakes it, too.
      const woken = new Promise<void>((resolve) => (this.#wakeSender = resolve));
      await this.#deleteOldMails();
      // Before it has caught up, a user may seem to wait for approval who no longer does.
      if (this.#caughtUp) await queueApprovalMails(store, vault, now().getTime());
      await this.#sender!.sendDue(signal, this.#cut.signal);
      yield;
      const timer = new AbortController();
      await Promise.race([woken, sleep(pollIntervalMs, timer.signal)]);
      timer.abort();
    }
  }

  async #deleteOldMails(): Promise<void> {
    if (performance.now() - this.#cleanedUpAt < cleanupIntervalMs) return;
    await this.options.vault.outbox.deleteFinished(this.options.now().getTime() - keepFinishedMs);
    this.#cleanedUpAt = performance.now();
  }
}

/** Returns the position of a log item; 0 if it has none. */
const positionOf = (item: LogItem): number =>
  item.kind === 'event' ? item.event.position : item.kind === 'checkpoint' ? item.position : 0;
