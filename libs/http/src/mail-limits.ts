import { Injectable, SetMetadata, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { catchError, from, switchMap, type Observable } from 'rxjs';
import { SharedRateLimits, type SharedRateLimit } from '#libs/kernel';
import type { CalledRequest } from './caller.js';

const SENDS_MAIL = 'rollbook:sends-mail';

/** Declares that a route sends mail to the users that it is about. {@link MailLimits} limits it per hour, by caller and by recipient. */
export const SendsMail = () => SetMetadata(SENDS_MAIL, true);

const hour = 3_600_000;
/** The mails that one caller may cause in an hour; constant. */
const mailsByCaller = 100_000;
/** The mails that one user may be sent in an hour at the request of callers; constant. */
const mailsToRecipient = 30;

/** Limits the mails that one caller may cause in an hour, and those that one user may be sent, so that no mailbox is flooded. */
@Injectable()
export class MailLimits implements NestInterceptor {
  readonly #byCaller: SharedRateLimit;
  readonly #toRecipient: SharedRateLimit;

  constructor(
    private readonly reflector: Reflector,
    limits: SharedRateLimits,
  ) {
    this.#byCaller = limits.create('mails-by-caller', { limit: mailsByCaller, window: hour });
    this.#toRecipient = limits.create('mails-to-recipient', { limit: mailsToRecipient, window: hour });
  }

  /** Counts the mails of a request to a route with {@link SendsMail} before its handler runs, and uncounts them if it fails. */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (!this.reflector.get<boolean | undefined>(SENDS_MAIL, context.getHandler())) return next.handle();
    const request = context.switchToHttp().getRequest<CalledRequest>();
    const handled = next.handle().pipe(
      catchError(async (error: unknown) => {
        await this.giveBack(request);
        throw error;
      }),
    );
    return from(this.take(request)).pipe(switchMap(() => handled));
  }

  /** Counts the mails that a request causes. Throws `access.throttled` over a limit. */
  async take(request: MailRequest): Promise<void> {
    const { caller, recipient, mails } = mailsOf(request);
    if (recipient !== undefined) await this.#toRecipient.takeOrRefuse(recipient);
    await this.#byCaller.takeOrRefuse(caller, mails);
  }

  /** Uncounts the mails of a request that failed. */
  async giveBack(request: MailRequest): Promise<void> {
    const { caller, recipient, mails } = mailsOf(request);
    if (recipient !== undefined) await this.#toRecipient.giveBack(recipient);
    await this.#byCaller.giveBack(caller, mails);
  }
}

type MailRequest = Pick<CalledRequest, 'caller' | 'params' | 'body'>;

/**
 * Returns the keys of the limiters and the number of mails of a request. The recipient's key contains the account, so that
 * administrators of another account can not use up a user's limit.
 */
function mailsOf({ caller, params, body }: MailRequest): {
  caller: string;
  recipient: string | undefined;
  mails: number;
} {
  const { userIds, dryRun } = (body ?? {}) as { userIds?: unknown; dryRun?: unknown };
  const recipient = params['userId'] ?? params['mailId'];
  return {
    caller: caller?.actor.id ?? '',
    recipient:
      dryRun === true || recipient === undefined
        ? undefined
        : `${params['accountId'] ?? ''}/${recipient}`.toLowerCase(),
    mails: dryRun === true ? 0 : Array.isArray(userIds) ? userIds.length : 1,
  };
}
