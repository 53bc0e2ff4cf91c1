import { Controller, Req, Sse, type MessageEvent, type OnModuleDestroy } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Subject, concatMap, interval, map, merge, takeUntil, takeWhile, type Observable } from 'rxjs';
import { QueryBus, QueryParams, Background, Needs, type CalledRequest } from '#libs/http';
import { Refusal, withQueryContext } from '#libs/kernel';
import { FollowChanges, type LiveChange } from '../read/changed-users.js';

/** Interval of `alive` events, which keep proxies from closing an idle connection, ms. */
const heartbeat = 15_000;

/** What changes, as it happens: server-sent events. */
@ApiTags('audit')
@Controller()
export class ChangesController implements OnModuleDestroy {
  private readonly closing = new Subject<void>();

  constructor(private readonly queries: QueryBus) {}

  @Sse('accounts/:accountId/changes')
  @Background()
  @Needs('users:read')
  @ApiOperation({
    summary: 'Which users of the account change, as server-sent events',
    description:
      '`ready`, then `changed` with `{ userIds }` (and with `also`, `accounts`: user ids by account), or `reset` where too much has changed since `Last-Event-ID`; the id of each is a position of the log.',
  })
  async changes(@QueryParams() query: FollowChanges, @Req() request: CalledRequest): Promise<Observable<MessageEvent>> {
    const after = lastEventId(request) ?? query.after;
    const also = accountsWithin(query.also ?? [], request.caller?.confinedTo);
    const changes: Observable<LiveChange> = await this.queries.execute(
      withQueryContext(new FollowChanges({ also, ...(after !== undefined && { after }) }), query.context),
    );
    return merge(changes.pipe(map(message)), interval(heartbeat).pipe(map(() => ({ type: 'alive', data: {} })))).pipe(
      // End the stream as soon as the caller may no longer read.
      concatMap(async (event) => ((await request.isStillAllowed!()) ? event : undefined)),
      takeWhile((event) => event !== undefined),
      takeUntil(this.closing),
    );
  }

  /** Ends all streams: a server that shuts down waits for open requests. */
  onModuleDestroy(): void {
    this.closing.next();
  }
}

/** Checks that a caller who is confined to an account names no other. */
function accountsWithin(accounts: readonly string[], within: string | undefined): string[] {
  if (within && accounts.some((account) => account !== within))
    throw new Refusal('account.not-found', 'not-found', 'There is no such account.');
  return [...accounts];
}

const message = ({ kind, position, ...data }: LiveChange): MessageEvent => ({ type: kind, id: String(position), data });

/** Returns the position after which a browser that reconnects goes on (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
function lastEventId({ headers }: CalledRequest): number | undefined {
  const id = headers['last-event-id'];
  if (id === undefined) return undefined;
  if (typeof id === 'string' && /^\d{1,15}$/.test(id)) return Number(id);
  throw new Refusal('position.invalid', 'invalid', 'Last-Event-ID takes a position as an event before gave it.');
}
