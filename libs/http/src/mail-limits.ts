import { Injectable, SetMetadata, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Observable } from 'rxjs';
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

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (this.reflector.get<boolean | undefined>(SENDS_MAIL, context.getHandler())) this.check(context.switchToHttp().getRequest<CalledRequest>());
    return next.handle();
  }

  /** Throws `access.throttled`. */
  check({ caller, params, body }: Pick<CalledRequest, 'caller' | 'params' | 'body'>): void {
    const { userIds, dryRun } = (body ?? {}) as { userIds?: unknown; dryRun?: unknown };
    if (dryRun === true) return;
    const person = params['userId'] ?? params['mailId'];
    // By account, too: another account's administrators must not use up the limit.
    if (person !== undefined) this.#toPerson.takeOrRefuse(`${params['accountId'] ?? ''}/${person}`.toLowerCase());
    this.#byCaller.takeOrRefuse(caller?.actor.id ?? '', Array.isArray(userIds) ? userIds.length : 1);
  }
}
