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

/** The one door: who it is (401), whether there is such a thing for them (404), whether they may (403). In doubt, no. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokenAuthenticator: TokenAuthenticator,
    private readonly sessions: Sessions,
    private readonly cookie: SessionCookie,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const need = this.reflector.getAllAndOverride<Need | undefined>(NEEDS, [context.getHandler(), context.getClass()]);
    const request = context.switchToHttp().getRequest<CalledRequest>();
    if (need === 'anonymous') {
      if (request.headers.authorization && checksToken(context.getHandler()))
        await this.admit(request, 'authenticated').catch(ignoreOutage);
      return true;
    }
    const needed = need && permissionNeeded(need, request.body);
    if (!needed && typeof need === 'object') {
      await this.admit(request, 'authenticated');
      return refuseAction(need, commandClassOf(context.getClass(), context.getHandler()), request.body);
    }
    await this.admit(request, needed);
    // A page that is left open must not keep its session from ending.
    if (!request.headers.authorization && isCausedByPerson(request.headers, context.getHandler()))
      this.useSession(request);
    const { session } = request.caller as CalledRequest['caller'] & Partial<Pick<Principal, 'session'>>;
    if (session)
      void context
        .switchToHttp()
        .getResponse<FastifyReply>()
        .header('rollbook-session-ends-in', String(this.sessions.secondsLeft(session)));
    request.isStillAllowed = (freshness) => this.admit(request, needed, freshness).then(() => true, refused);
    return true;
  }

  private useSession(request: CalledRequest): void {
    const session = this.sessions.recordUse(this.cookie.read(request)!);
    if (session) request.caller = Object.assign({}, request.caller, { session } satisfies Partial<Principal>);
  }

  private async admit(request: CalledRequest, needed: Needed, freshness: Freshness = 'cached'): Promise<void> {
    const caller = await this.identify(request, needed, freshness);
    request.caller = caller;
    checkPlace(request.params, caller.confinedTo);
    await this.checkAccount(request.params, caller);
    checkPermission(needed, caller);
  }

  /** Who is confined to an account stands in it; anybody else may name one that does not exist. */
  private async checkAccount(
    { accountId }: Readonly<Record<string, string>>,
    { confinedTo: account }: Principal,
  ): Promise<void> {
    if (accountId && !account && !(await this.tokenAuthenticator.isOpenAccount(accountId))) throw notFound('accountId');
  }

  private async identify(request: CalledRequest, needed: Needed, oldest: Freshness): Promise<Principal> {
    const { authorization } = request.headers;
    if (!authorization) return this.principal(request, needed, oldest);
    const secret = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '';
    const caller = await surely(needed, oldest, (freshness) =>
      this.tokenAuthenticator.findPrincipal(secret, freshness),
    );
    if (caller) return caller;
    throw unauthenticated();
  }

  /** A browser sends its cookie whoever's page asks it to: only our own may write by it. */
  private async principal(request: CalledRequest, needed: Needed, oldest: Freshness): Promise<Principal> {
    const secret = this.cookie.read(request);
    if (!secret) throw unauthenticated();
    if (!this.cookie.isReadOrSameOrigin(request)) throw foreignOrigin();
    const principal = await surely(needed, oldest, (freshness) => this.sessions.findPrincipal(secret, freshness));
    if (principal) return principal;
    throw unauthenticated();
  }
}

/** While tokens can't be checked, the caller of a public route is a stranger. */
function ignoreOutage(error: unknown): void {
  if (!(error instanceof Refusal && error.kind === 'unavailable')) throw error;
}

function refused(error: unknown): false {
  if (error instanceof Refusal && error.kind !== 'unavailable') return false;
  throw error;
}

/** What was true a second ago may let somebody in; nobody is turned away by it. */
async function surely(
  needed: Needed,
  oldest: Freshness,
  find: (freshness: Freshness) => Promise<Principal | undefined>,
): Promise<Principal | undefined> {
  const lately = oldest === 'cached' ? await find('cached') : undefined;
  return lately && may(lately, needed) ? lately : find('fresh');
}

const foreignOrigin = () =>
  new Refusal(
    'access.foreign-origin',
    'forbidden',
    'A session writes from its own pages alone: the Origin does not fit.',
  );

function may({ permissions, session, isFromBeforeMeWrite }: Principal, needed: Needed): boolean {
  if (needed === undefined || needed === 'authenticated') return needed !== undefined;
  return permissions.has(needed) || (needed === 'me:write' && (session !== undefined || isFromBeforeMeWrite === true));
}

/** One answer for every cause, so that it tells a stranger nothing. */
const unauthenticated = () =>
  new Refusal(
    'access.unauthenticated',
    'unauthenticated',
    'This needs a valid access token (Authorization: Bearer rb_…) or a session.',
  );

const id = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Another account's id is like one that does not exist, and so is what can be no id. */
function checkPlace(params: Readonly<Record<string, string>>, account: string | undefined): void {
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
  if (may(caller, needed)) return;
  throw new Refusal(
    'access.forbidden',
    'forbidden',
    `This needs ${needed}, which your token or your roles do not give.`,
    [],
    { needs: needed },
  );
}
