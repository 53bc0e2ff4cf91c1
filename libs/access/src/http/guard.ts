import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  NEEDS,
  checksToken,
  commandClassOf,
  isCausedByPerson,
  permissionNeeded,
  refuseAction,
  type CalledRequest,
  type FastifyReply,
  type Need,
} from '#libs/http';
import { Refusal, type RefusalCodeOf } from '#libs/kernel';
import { checkPermission, isPermitted, type NeededPermission } from '../domain/needed-permission.js';
import type { Principal } from '../domain/principal.js';
import type { SessionEndReason } from '../domain/session.js';
import { TokenAuthenticator } from '../workflows/token-authenticator.js';
import { Sessions } from '../workflows/sessions.js';
import type { Freshness } from '../workflows/one-second-cache.js';
import { SessionCookie } from './session-cookie.js';

/** Authenticates the caller of every route (401), checks that the path's ids exist for them (404) and that they have the permission (403). */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokenAuthenticator: TokenAuthenticator,
    private readonly sessions: Sessions,
    private readonly cookie: SessionCookie,
  ) {}

  /** Authenticates the request by its session cookie or access token, and checks the permission that its route needs. Throws a refusal if it fails. */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const need = this.reflector.getAllAndOverride<Need | undefined>(NEEDS, [context.getHandler(), context.getClass()]);
    const request = context.switchToHttp().getRequest<CalledRequest>();
    if (need === 'anonymous') {
      if (request.headers.authorization && checksToken(context.getHandler()))
        await this.authorize(request, 'authenticated').catch(ignoreOutage);
      return true;
    }
    const needed = need && permissionNeeded(need, request.body);
    if (!needed && typeof need === 'object') {
      await this.authorize(request, 'authenticated');
      return refuseAction(need, commandClassOf(context.getClass(), context.getHandler()), request.body);
    }
    await this.authorize(request, needed);
    // A page that is left open must not keep its session from ending.
    if (!request.headers.authorization && isCausedByPerson(request.headers, context.getHandler()))
      await this.useSession(request);
    const { session } = request.caller as CalledRequest['caller'] & Partial<Pick<Principal, 'session'>>;
    if (session)
      void context
        .switchToHttp()
        .getResponse<FastifyReply>()
        .header('rollbook-session-ends-in', String(this.sessions.secondsLeft(session)));
    request.isStillAllowed = (freshness) => this.authorize(request, needed, freshness).then(() => true, falseIfRefused);
    return true;
  }

  private async useSession(request: CalledRequest): Promise<void> {
    const session = await this.sessions.recordUse(this.cookie.read(request)!);
    if (session) request.caller = Object.assign({}, request.caller, { session } satisfies Partial<Principal>);
  }

  private async authorize(
    request: CalledRequest,
    needed: NeededPermission,
    freshness: Freshness = 'cached',
  ): Promise<void> {
    const caller = await this.authenticate(request, needed, freshness);
    request.caller = caller;
    checkPathIds(request.params, caller.confinedTo);
    await this.checkAccount(request.params, caller);
    checkPermission(needed, caller);
  }

  /** Checks that the account of the path is open. Not for a confined caller, whose account is known to be open. */
  private async checkAccount(
    { accountId }: Readonly<Record<string, string>>,
    { confinedTo: account }: Principal,
  ): Promise<void> {
    if (accountId && !account && !(await this.tokenAuthenticator.isOpenAccount(accountId))) throw notFound('accountId');
  }

  private async authenticate(
    request: CalledRequest,
    needed: NeededPermission,
    minFreshness: Freshness,
  ): Promise<Principal> {
    const { authorization } = request.headers;
    if (!authorization) return this.authenticateSession(request, needed, minFreshness);
    const secret = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '';
    const caller = await allowFromCacheElseFresh(needed, minFreshness, (freshness) =>
      this.tokenAuthenticator.findPrincipal(secret, freshness),
    );
    if (caller) return caller;
    throw unauthenticated();
  }

  /** Authenticates by the session cookie. Browsers send it with requests of other sites, too, so those may not write. */
  private async authenticateSession(
    request: CalledRequest,
    needed: NeededPermission,
    minFreshness: Freshness,
  ): Promise<Principal> {
    const secret = this.cookie.read(request);
    if (!secret) throw unauthenticated();
    if (!this.cookie.isReadOrSameOrigin(request)) throw foreignOrigin();
    const principal = await allowFromCacheElseFresh(needed, minFreshness, (freshness) =>
      this.sessions.findPrincipal(secret, freshness),
    );
    if (principal) return principal;
    throw unauthenticated(await this.sessions.findEndReason(secret));
  }
}

/** Ignores an outage of the event store: a public route then treats the caller as anonymous. Throws other errors again. */
function ignoreOutage(error: unknown): void {
  if (!(error instanceof Refusal && error.kind === 'unavailable')) throw error;
}

/** Returns false for a refusal. Throws other errors again, also those of an outage. */
function falseIfRefused(error: unknown): false {
  if (error instanceof Refusal && error.kind !== 'unavailable') return false;
  throw error;
}

/**
 * Finds the principal of a request, or returns undefined if the caller is not authenticated. A cached principal may grant
 * access but never deny it: before it denies, it calls `find` again for a fresh one.
 */
async function allowFromCacheElseFresh(
  needed: NeededPermission,
  freshness: Freshness,
  find: (freshness: Freshness) => Promise<Principal | undefined>,
): Promise<Principal | undefined> {
  const cached = freshness === 'cached' ? await find('cached') : undefined;
  return cached && isPermitted(cached, needed) ? cached : find('fresh');
}

const foreignOrigin = () =>
  new Refusal(
    'access.foreign-origin',
    'forbidden',
    'With a session cookie, only requests from the pages of Rollbook may write: the Origin does not match.',
  );

/**
 * Returns the same refusal for every reason, so that it discloses nothing. Only a browser that sends the secret of a session
 * which has ended is told why it has.
 */
const unauthenticated = (sessionEnded?: SessionEndReason) =>
  new Refusal(
    'access.unauthenticated',
    'unauthenticated',
    'This needs a valid access token (Authorization: Bearer rb_…) or a session.',
    [],
    sessionEnded && { sessionEnded },
  );

const idPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Checks the ids of the path. Throws a not-found refusal for a malformed id, and for another account than the caller's. */
function checkPathIds(params: Readonly<Record<string, string>>, account: string | undefined): void {
  for (const [name, value] of Object.entries(params)) {
    if (!name.endsWith('Id')) continue;
    if (idPattern.test(value) && !(name === 'accountId' && account && value !== account)) continue;
    throw notFound(name);
  }
}

/** The refusal code for each id that a path may hold. */
const notFoundCodes: Readonly<Record<string, RefusalCodeOf<'not-found'>>> = {
  accountId: 'account.not-found',
  userId: 'user.not-found',
  tokenId: 'token.not-found',
  sessionId: 'session.not-found',
  mailId: 'mail.not-found',
};

const notFound = (name: string) => {
  const code = notFoundCodes[name];
  if (!code) throw new Error(`Add the refusal code for ${name} to notFoundCodes.`);
  return new Refusal(code, 'not-found', `There is no such ${name.slice(0, -'Id'.length)}.`);
};
