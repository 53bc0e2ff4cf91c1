import { Injectable, SetMetadata, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { catchError, throwError, type Observable } from 'rxjs';
import { RateLimit } from '#libs/kernel';
import type { CalledRequest } from './caller.js';
import { Clock } from './ports.js';

const SENDS_MAIL = 'rollbook:sends-mail';

/** The route mails the person or the people that it is about, so it is limited. */
export const SendsMail = () => SetMetadata(SENDS_MAIL, true);

const hour = 3_600_000;
/** How many people a caller may have mails sent to in an hour, and how many times one person may be sent one; defaults, not configurable. */
const mailsByCaller = 100_000;
const mailsToPerson = 30;

/** Limits mails by who causes them, so that bulk work fits, and by whom they go to, so that no mailbox is flooded. */
@Injectable()
export class MailLimits implements NestInterceptor {
  readonly #byCaller: RateLimit;
  readonly #toPerson: RateLimit;

  constructor(
    private readonly reflector: Reflector,
    clock: Clock,
  ) {
    const now = () => clock.now();
    this.#byCaller = new RateLimit({ limit: mailsByCaller, window: hour, now });
    this.#toPerson = new RateLimit({ limit: mailsToPerson, window: hour, now });
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

  /** Counts the mails that a request asks for. Throws `access.throttled`. */
  take(request: MailRequest): void {
    const { caller, person, mails } = countOf(request);
    if (person !== undefined) this.#toPerson.takeOrRefuse(person);
    this.#byCaller.takeOrRefuse(caller, mails);
  }

  /** The request failed: nothing was mailed. */
  giveBack(request: MailRequest): void {
    const { caller, person, mails } = countOf(request);
    if (person !== undefined) this.#toPerson.giveBack(person);
    this.#byCaller.giveBack(caller, mails);
  }
}

type MailRequest = Pick<CalledRequest, 'caller' | 'params' | 'body'>;

/** Whose limits a request counts against. By account, too: another account's administrators must not use up a person's limit. */
function countOf({ caller, params, body }: MailRequest): { caller: string; person: string | undefined; mails: number } {
  const { userIds, dryRun } = (body ?? {}) as { userIds?: unknown; dryRun?: unknown };
  const person = params['userId'] ?? params['mailId'];
  return {
    caller: caller?.actor.id ?? '',
    person:
      dryRun === true || person === undefined ? undefined : `${params['accountId'] ?? ''}/${person}`.toLowerCase(),
    mails: dryRun === true ? 0 : Array.isArray(userIds) ? userIds.length : 1,
  };
}
