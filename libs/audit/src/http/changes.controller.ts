import { Controller, Req, Sse, type MessageEvent, type OnModuleDestroy } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Subject, concatMap, interval, map, merge, takeUntil, takeWhile, type Observable } from 'rxjs';
import { QueryBus, QueryParams, Background, Needs, type CalledRequest } from '#libs/http';
import { Refusal, withQueryContext } from '#libs/kernel';
import { FollowChanges, type LiveChange } from '../read/changed-users.js';

/** Interval of `alive` events, which keep proxies from closing an idle connection, ms. */
const heartbeat = 15_000;

/** Streams the changes of users as server-sent events. */
@ApiTags('audit')
@Controller()
export class ChangesController implements OnModuleDestroy {
  private readonly closing = new Subject<void>();

  constructor(private readonly queries: QueryBus) {}

  @Sse('accounts/:accountId/changes')
  @Background()
  @Needs('users:read')
  @ApiOperation({
    summary: 'Streams which users of the account change, as server-sent events',
    description:
      'The first event is `ready`. Each `changed` event has `{ userIds }`, and with `also` the user ids by account in `accounts`. A `reset` event tells that too much has changed since `Last-Event-ID`: load everything again. The id of each of these events is a position in the log. An `alive` event without an id arrives every 15 s.',
  })
  async changes(@QueryParams() query: FollowChanges, @Req() request: CalledRequest): Promise<Observable<MessageEvent>> {
    const after = lastEventId(request) ?? query.after;
    const also = checkAccounts(query.also ?? [], request.caller?.confinedTo);
    const changes: Observable<LiveChange> = await this.queries.execute(
      withQueryContext(new FollowChanges({ also, ...(after !== undefined && { after }) }), query.context),
    );
    return merge(changes.pipe(map(toMessage)), interval(heartbeat).pipe(map(() => ({ type: 'alive', data: {} })))).pipe(
      // End the stream as soon as the caller may no longer read.
      concatMap(async (event) => ((await request.isStillAllowed!()) ? event : undefined)),
      takeWhile((event) => event !== undefined),
      takeUntil(this.closing),
    );
  }

  /** Ends all streams, because a server that shuts down waits for open requests. */
  onModuleDestroy(): void {
    this.closing.next();
  }
}

/** Returns the accounts. Throws `account.not-found` if the caller is confined to an account and names another. */
function checkAccounts(accounts: readonly string[], confinedTo: string | undefined): string[] {
  if (confinedTo && accounts.some((account) => account !== confinedTo))
    throw new Refusal('account.not-found', 'not-found', 'There is no such account.');
  return [...accounts];
}

const toMessage = ({ kind, position, ...data }: LiveChange): MessageEvent => ({
  type: kind,
  id: String(position),
  data,
});

/** Returns the position after which a browser continues that reconnects. Throws `position.invalid` (see https://html.spec.whatwg.org/multipage/server-sent-events.html). */
function lastEventId({ headers }: CalledRequest): number | undefined {
  const id = headers['last-event-id'];
  if (id === undefined) return undefined;
  if (typeof id === 'string' && /^\d{1,15}$/.test(id)) return Number(id);
  throw new Refusal('position.invalid', 'invalid', 'Last-Event-ID takes the id of an earlier event.');
}
