import { Injectable, SetMetadata, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { catchError, throwError, type Observable } from 'rxjs';
import { RateLimit } from '#libs/kernel';
import type { CalledRequest } from './caller.js';
import { Clock } from './ports.js';

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
  readonly #byCaller: RateLimit;
  readonly #toRecipient: RateLimit;

  constructor(
    private readonly reflector: Reflector,
    clock: Clock,
  ) {
    const now = () => clock.now();
    this.#byCaller = new RateLimit({ limit: mailsByCaller, window: hour, now });
    this.#toRecipient = new RateLimit({ limit: mailsToRecipient, window: hour, now });
  }

  /** Counts the mails of a request to a route with {@link SendsMail} before its handler runs, and uncounts them if it fails. */
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (!this.reflector.get<boolean | undefined>(SENDS_MAIL, context.getHandler())) return next.handle();
    const request = context.switchToHttp().getRequest<CalledRequest>();
    this.take(request);
    const failed = (error: unknown) => {
      this.giveBack(request);
      return throwError(() => error);
    };
    return next.handle().pipe(catchError(failed));
  }

  /** Counts the mails that a request causes. Throws `access.throttled` over a limit. */
  take(request: MailRequest): void {
    const { caller, recipient, mails } = mailsOf(request);
    if (recipient !== undefined) this.#toRecipient.takeOrRefuse(recipient);
    this.#byCaller.takeOrRefuse(caller, mails);
  }

  /** Uncounts the mails of a request that failed. */
  giveBack(request: MailRequest): void {
    const { caller, recipient, mails } = mailsOf(request);
    if (recipient !== undefined) this.#toRecipient.giveBack(recipient);
    this.#byCaller.giveBack(caller, mails);
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
