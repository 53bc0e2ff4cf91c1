import type { Mail, MailOutbox, Outcome } from '#libs/vault';
import { nextAttemptTime } from '../domain/back-off.js';
import { UndeliverableError } from '../domain/recipient.js';
import { collectBatches } from './collect-batches.js';
import { composeMail, type ComposeDependencies } from './compose.js';
import type { MailTransport } from './transport.js';

/** Receives what the sender writes to the log of the server. */
export interface SenderReport {
  /** Is called when mails were written to files, with their number and the last file. */
  written(count: number, file: string): void;
  /**
   * Is called when a mail was given up (`parked`), and when an attempt failed for another reason than the attempt before.
   * `problem` is an error code.
   */
  failed(mail: Mail, problem: string, parked: boolean): void;
}

interface Delivery {
  readonly outcome: Outcome;
  readonly file?: string | undefined;
}

/** How many due mails are loaded at a time. */
const pageSize = 20;

/** Sends due mails. It saves the outcomes every 100 ms: after a crash, the mails of the last 100 ms are sent again. */
export class MailSender {
  /** How many mails were sent since the start. */
  sent = 0;
  /** How many attempts failed since the start. */
  failures = 0;
  /** The error code of the newest attempt; undefined if it succeeded. */
  problem: string | undefined;

  constructor(
    private readonly outbox: MailOutbox,
    private readonly dependencies: ComposeDependencies,
    private readonly transport: MailTransport,
    private readonly report: SenderReport,
    /** The number of this server's turn to send mails; undefined for the only server. */
    private readonly turn?: number,
  ) {}

  /**
   * Sends mails until none is due. Starts no mail after `stopping` is aborted, and waits for none after `cut` is aborted:
   * mails without an outcome stay owed.
   */
  async sendDue(stopping: AbortSignal, cut: AbortSignal): Promise<void> {
    for (;;) {
      const due = await this.outbox.listDue(this.dependencies.now().getTime(), pageSize);
      if (due.length === 0 || stopping.aborted) return;
      await this.sendAll(due, stopping, cut);
    }
  }

  private async sendAll(mails: Mail[], stopping: AbortSignal, cut: AbortSignal): Promise<void> {
    const deliverAll = (add: (delivery: Delivery) => void) => {
      const deliverNext = async () => {
        for (let mail; !stopping.aborted && (mail = mails.shift());) {
          // Immediately before, since another server may have sent it while others were sent here.
          if (await this.outbox.claim(mail.id, this.turn)) add(await this.deliver(mail));
        }
      };
      return Promise.all(Array.from({ length: this.transport.concurrency }, deliverNext));
    };
    try {
      for await (const batch of collectBatches(deliverAll, cut)) await this.saveOutcomes(batch);
    } finally {
      // If an outcome could not be saved, start no more.
      mails.length = 0;
    }
  }

  private async deliver(mail: Mail): Promise<Delivery> {
    try {
      const message = await composeMail(this.dependencies, mail);
      if (message === undefined || message === 'user.locked')
        return { outcome: { ...mail, state: 'void', problem: message ?? null } };
      const file = await this.transport.deliver(mail, message, this.dependencies.now());
      this.sent++;
      this.problem = undefined;
      return { outcome: { ...mail, state: 'sent', problem: null }, file };
    } catch (error) {
      return {
        outcome:
          error instanceof UndeliverableError
            ? this.giveUp(mail, error.code)
            : this.retryLater(mail, errorCodeOf(error)),
      };
    }
  }

  /** Returns the outcome of a mail that must not be sent. That is no fault of the mail server, so `problem` stays. */
  private giveUp(mail: Mail, problem: string): Outcome {
    this.failures++;
    this.report.failed(mail, problem, true);
    return { id: mail.id, state: 'parked', attempts: mail.attempts + 1, nextAttemptAt: mail.nextAttemptAt, problem };
  }

  /** Returns the outcome of a failed attempt: the mail is owed or, a day after its first attempt, parked. */
  private retryLater(mail: Mail, problem: string): Outcome {
    const attempts = mail.attempts + 1;
    const next = nextAttemptTime({ since: mail.since, attempts }, this.dependencies.now().getTime());
    this.failures++;
    if (next === undefined || problem !== this.problem) this.report.failed(mail, problem, next === undefined);
    this.problem = problem;
    return {
      id: mail.id,
      state: next === undefined ? 'parked' : 'owed',
      attempts,
      nextAttemptAt: next ?? mail.nextAttemptAt,
      problem,
    };
  }

  private async saveOutcomes(batch: readonly Delivery[]): Promise<void> {
    await this.outbox.saveOutcomes(batch.map(({ outcome }) => outcome));
    const files = batch.flatMap(({ file }) => file ?? []);
    if (files.length > 0) this.report.written(files.length, files.at(-1)!);
  }
}

/** Returns a code for an error. The message is not used, because it could name addresses. */
export function errorCodeOf(error: unknown): string {
  const { code, responseCode, name } = Object(error) as Record<string, unknown>;
  return [code ?? name, responseCode].filter(Boolean).join(' ');
}
