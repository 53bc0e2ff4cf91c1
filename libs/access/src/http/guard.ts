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
import type { Permission } from '#libs/authorization';
import { Refusal, type RefusalCodeOf } from '#libs/kernel';
import type { Principal } from '../domain/principal.js';
import { TokenAuthenticator } from '../workflows/token-authenticator.js';
import { Sessions } from '../workflows/sessions.js';
import type { Freshness } from '../workflows/one-second-cache.js';
import { SessionCookie } from './session-cookie.js';

/** `undefined`: nobody has said; nobody may. */
type Needed = Permission | 'authenticated' | undefined;

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
      this.useSession(request);
    const { session } = request.caller as CalledRequest['caller'] & Partial<Pick<Principal, 'session'>>;
    if (session)
      void context
        .switchToHttp()
        .getResponse<FastifyReply>()
        .header('rollbook-session-ends-in', String(this.sessions.secondsLeft(session)));
    request.isStillAllowed = (freshness) => this.authorize(request, needed, freshness).then(() => true, falseIfRefused);
    return true;
  }

  private useSession(request: CalledRequest): void {
    const session = this.sessions.recordUse(this.cookie.read(request)!);
    if (session) request.caller = Object.assign({}, request.caller, { session } satisfies Partial<Principal>);
  }

  private async authorize(request: CalledRequest, needed: Needed, freshness: Freshness = 'cached'): Promise<void> {
    const caller = await this.authenticate(request, needed, freshness);
    request.caller = caller;
    checkPathIds(request.params, caller.confinedTo);
    await this.checkAccount(request.params, caller);
    checkPermission(needed, caller);
  }

  /** Checks that the account of the path is open; the account of a confined caller is. */
  private async checkAccount(
    { accountId }: Readonly<Record<string, string>>,
    { confinedTo: account }: Principal,
  ): Promise<void> {
    if (accountId && !account && !(await this.tokenAuthenticator.isOpenAccount(accountId))) throw notFound('accountId');
  }

  private async authenticate(request: CalledRequest, needed: Needed, minFreshness: Freshness): Promise<Principal> {
    const { authorization } = request.headers;
    if (!authorization) return this.authenticateSession(request, needed, minFreshness);
    const secret = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '';
    const caller = await allowFromCacheElseFresh(needed, minFreshness, (freshness) =>
      this.tokenAuthenticator.findPrincipal(secret, freshness),
    );
    if (caller) return caller;
    throw unauthenticated();
  }

  /** A browser sends the cookie with requests of foreign pages, too. Only requests of our own pages may write. */
  private async authenticateSession(
    request: CalledRequest,
    needed: Needed,
    minFreshness: Freshness,
  ): Promise<Principal> {
    const secret = this.cookie.read(request);
    if (!secret) throw unauthenticated();
    if (!this.cookie.isReadOrSameOrigin(request)) throw foreignOrigin();
    const principal = await allowFromCacheElseFresh(needed, minFreshness, (freshness) =>
      this.sessions.findPrincipal(secret, freshness),
    );
    if (principal) return principal;
    throw unauthenticated();
  }
}

/** On a public route, treats the caller as anonymous while tokens can't be checked. */
function ignoreOutage(error: unknown): void {
  if (!(error instanceof Refusal && error.kind === 'unavailable')) throw error;
}

function falseIfRefused(error: unknown): false {
  if (error instanceof Refusal && error.kind !== 'unavailable') return false;
  throw error;
}

/** Finds the principal: a cached answer may grant access but never deny it, so before denying it loads again. */
async function allowFromCacheElseFresh(
  needed: Needed,
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
    'A session writes from its own pages alone: the Origin does not fit.',
  );

function isPermitted({ permissions, session, isFromBeforeMeWrite }: Principal, needed: Needed): boolean {
  if (needed === undefined || needed === 'authenticated') return needed !== undefined;
  return permissions.has(needed) || (needed === 'me:write' && (session !== undefined || isFromBeforeMeWrite === true));
}

/** Returns the same refusal for every reason, so that it discloses nothing. */
const unauthenticated = () =>
  new Refusal(
    'access.unauthenticated',
    'unauthenticated',
    'This needs a valid access token (Authorization: Bearer rb_…) or a session.',
  );

const id = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Checks the ids of the path: refuses malformed ids and other accounts as not found. */
function checkPathIds(params: Readonly<Record<string, string>>, account: string | undefined): void {
  for (const [name, value] of Object.entries(params)) {
    if (!name.endsWith('Id')) continue;
    if (id.test(value) && !(name === 'accountId' && account && value !== account)) continue;
    throw notFound(name);
  }
}

/** The code for each id that a path may hold. */
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

function checkPermission(needed: Needed, caller: Principal): void {
  if (!needed) throw new Refusal('access.unnamed', 'forbidden', 'Nobody has said who may do this, so nobody may.');
  if (isPermitted(caller, needed)) return;
  throw new Refusal(
    'access.forbidden',
    'forbidden',
    `This needs ${needed}, which your token or your roles do not give.`,
    [],
    { needs: needed },
  );
}
