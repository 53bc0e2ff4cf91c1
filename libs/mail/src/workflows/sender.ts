import { bufferTime, filter, from, lastValueFrom, mergeMap, takeUntil, tap, type Observable } from 'rxjs';
import type { Mail, MailOutbox, Outcome } from '#libs/vault';
import { nextAttemptTime } from '../domain/back-off.js';
import { UndeliverableError } from '../domain/recipient.js';
import { composeMail, type ComposeDependencies } from './compose.js';
import type { MailTransport } from './transport.js';

/** What happened, in numbers since the start and in words for the log. */
export interface SenderReport {
  /** Mails were written to files, the last of them to this one. */
  written(count: number, file: string): void;
  /** A mail could not be sent, for another cause than the one before, or was given up: why, in a code. */
  failed(mail: Mail, problem: string, parked: boolean): void;
}

type Delivery = { outcome: Outcome; file?: string | undefined };

/** Sends the owed mails whose time has come. What it has sent it notes every tenth of a second: a crash in between repeats it. */
export class MailSender {
  sent = 0;
  failures = 0;
  /** Why the newest attempt failed; undefined once one did not. */
  problem: string | undefined;

  constructor(
    private readonly mails: MailOutbox,
    private readonly desk: ComposeDependencies,
    private readonly transport: MailTransport,
    private readonly report: SenderReport,
  ) {}

  /** Sends until none is due. Begins no more after `ending`, waits for none after `cut`: those stay owed. */
  async sendDue(ending: AbortSignal, cut: Observable<void>): Promise<void> {
    for (;;) {
      const due = this.mails.listDue(this.desk.now().getTime(), 20);
      if (due.length === 0 || ending.aborted) return;
      const deliveries = from(due).pipe(
        mergeMap((mail) => (ending.aborted ? [] : this.deliver(mail)), this.transport.concurrency),
        takeUntil(cut),
        bufferTime(100),
        filter((batch) => batch.length > 0),
        tap((batch) => this.settle(batch)),
      );
      await lastValueFrom(deliveries, { defaultValue: [] });
    }
  }

  private async deliver(mail: Mail): Promise<Delivery> {
    try {
      const message = await composeMail(this.desk, mail);
      if (message === undefined || message === 'user.locked')
        return { outcome: { ...mail, state: 'void', problem: message ?? null } };
      const file = await this.transport.deliver(mail, message, this.desk.now());
      this.sent++;
      this.problem = undefined;
      return { outcome: { ...mail, state: 'sent', problem: null }, file };
    } catch (error) {
      return {
        outcome:
          error instanceof UndeliverableError ? this.park(mail, error.code) : this.failed(mail, errorCodeOf(error)),
      };
    }
  }

  /** Gives a mail up at once. It says nothing about the mail server, so it is no problem of the process. */
  private park(mail: Mail, problem: string): Outcome {
    this.failures++;
    this.report.failed(mail, problem, true);
    return { id: mail.id, state: 'parked', attempts: mail.attempts + 1, nextAttemptAt: mail.nextAttemptAt, problem };
  }

  private failed(mail: Mail, problem: string): Outcome {
    const attempts = mail.attempts + 1;
    const next = nextAttemptTime({ since: mail.since, attempts }, this.desk.now().getTime());
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

  private settle(batch: readonly Delivery[]): void {
    this.mails.saveOutcomes(batch.map(({ outcome }) => outcome));
    const files = batch.flatMap(({ file }) => file ?? []);
    if (files.length > 0) this.report.written(files.length, files.at(-1)!);
  }
}

/** An error in a code: its message could name addresses. */
export function errorCodeOf(error: unknown): string {
  const { code, responseCode, name } = Object(error) as Record<string, unknown>;
  return [code ?? name, responseCode].filter(Boolean).join(' ');
}
