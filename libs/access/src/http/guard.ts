import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { NEEDS, permissionNeeded, type CalledRequest, type Need } from '#libs/http';
import { Refusal, type Permission } from '#libs/kernel';
import type { Bearer } from '../domain/bearer.js';
import { Callers } from '../workflows/callers.js';
import { FailedAttempts } from './failed-attempts.js';

/** `undefined`: nobody has said; nobody may. */
type Needed = Permission | 'a token' | undefined;

/** The one door: who it is (401), whether there is such a thing for them (404), whether they may (403). In doubt, no. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly callers: Callers,
    private readonly failures: FailedAttempts,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const need = this.reflector.getAllAndOverride<Need | undefined>(NEEDS, [context.getHandler(), context.getClass()]);
    if (need === 'nothing') return true;
    const request = context.switchToHttp().getRequest<CalledRequest>();
    const needed = need && permissionNeeded(need, request.body);
    const caller = await this.identify(request, needed);
    request.caller = caller;
    checkPlace(request.params, caller.account);
    await this.checkAccount(request.params, caller);
    checkPermission(needed, caller);
    return true;
  }

  /** Who is confined to an account stands in it; anybody else may name one that does not exist. */
  private async checkAccount({ accountId }: Readonly<Record<string, string>>, { account }: Bearer): Promise<void> {
    if (accountId && !account && !(await this.callers.knowsAccount(accountId))) throw notFound('account');
  }

  /** What was true a second ago may let somebody in; nobody is turned away by it. */
  private async identify(request: CalledRequest, needed: Needed): Promise<Bearer> {
    const { authorization } = request.headers;
    if (!authorization) throw unauthenticated();
    const secret = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? '';
    const lately = await this.callers.find(secret, 'lately');
    if (lately && may(lately, needed)) return lately;
    const caller = await this.callers.find(secret, 'now');
    if (caller) return caller;
    await this.failures.count(request.ip);
    throw unauthenticated();
  }
}

const may = ({ permissions }: Bearer, needed: Needed) => needed === 'a token' || (needed !== undefined && permissions.has(needed));

/** One answer for every cause, so that it tells a stranger nothing. */
const unauthenticated = () =>
  new Refusal('access.unauthenticated', 'unauthenticated', 'This needs a valid access token: Authorization: Bearer rb_….');

const id = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Another account's id is like one that does not exist, and so is what can be no id. */
function checkPlace(params: Readonly<Record<string, string>>, account: string | undefined): void {
  for (const [name, value] of Object.entries(params)) {
    if (!name.endsWith('Id')) continue;
    if (id.test(value) && !(name === 'accountId' && account && value !== account)) continue;
    throw notFound(name.slice(0, -'Id'.length));
  }
}

const notFound = (what: string) => new Refusal(`${what}.not-found`, 'not-found', `There is no such ${what}.`);

function checkPermission(needed: Needed, caller: Bearer): void {
  if (!needed) throw new Refusal('access.unnamed', 'forbidden', 'Nobody has said who may do this, so nobody may.');
  if (may(caller, needed)) return;
  throw new Refusal('access.forbidden', 'forbidden', `This needs ${needed}, which your token or your roles do not give.`, [], { needs: needed });
}
