import { randomUUID } from 'node:crypto';
import type { AuthenticationMethod, Session, Vault } from '#libs/vault';
import { sessionPrincipal, type Principal, type SessionTerms } from '../domain/principal.js';
import { sessionExpiry, type SessionLimits } from '../domain/session.js';
import type { TokenAuthenticator } from './token-authenticator.js';
import type { Authenticated } from './authenticate.js';
import type { AsOf } from './one-second-cache.js';
import { hashOf, newSessionSecret, sessionPattern } from './secret.js';

/** How often at most a session's use is recorded, ms. */
const useInterval = 60_000;

/** Who comes in a session. The vault knows the sessions; whether one still holds, the holder's stream says. */
export class Sessions {
  constructor(
    private readonly sessions: Vault['sessions'],
    private readonly callers: Pick<TokenAuthenticator, 'standingOf' | 'holderOf'>,
    private readonly limits: SessionLimits,
    private readonly now: () => Date,
  ) {}

  /** Begins a session for somebody who has shown who they are; its secret leaves Rollbook here and nowhere else. */
  begin({ holder, kind, revision, authenticatedBy }: Authenticated, agent: string): string {
    const at = this.now().getTime();
    const secret = newSessionSecret();
    this.sessions.forget(at - this.limits.idle);
    const times = { startedAt: at, usedAt: at, authenticatedAt: at };
    this.sessions.begin(hashOf(secret), {
      ...times,
      id: randomUUID(),
      holder,
      kind,
      revision,
      authenticatedBy,
      agent: agent.slice(0, 200),
    });
    return secret;
  }

  /** Who comes with this secret; `undefined` where the session has ended, for whatever cause. */
  async find(secret: string, asOf: AsOf): Promise<Principal | undefined> {
    const session = this.sessionOf(secret);
    return session && this.visitorIn(session, asOf);
  }

  /** Records that a person used the session, which ends later now; answers it as it is then. */
  use(secret: string): SessionTerms | undefined {
    const session = this.sessionOf(secret);
    if (!session) return undefined;
    const at = this.now().getTime();
    if (at - session.usedAt < Math.min(useInterval, this.limits.idle / 10)) return this.termsOf(session);
    this.sessions.use(session.id, at);
    return this.termsOf({ ...session, usedAt: at });
  }

  /** The session's holder has shown again who they are. */
  authenticate({ id }: SessionTerms, by: AuthenticationMethod): void {
    this.sessions.authenticate(id, this.now().getTime(), by);
  }

  /** How many seconds the session lasts if it is not used again. */
  secondsLeft({ expiresAt }: SessionTerms): number {
    return Math.max(0, Math.floor((Date.parse(expiresAt) - this.now().getTime()) / 1_000));
  }

  /** When the session ends if it is not used again; Unix ms. */
  expiryOf(session: Session): number {
    return sessionExpiry(session, this.limits);
  }

  /** One's sessions that have not ended, newest first. */
  async list(bearer: Principal): Promise<readonly Session[]> {
    const all = this.sessions.list(holderOf(bearer));
    const visitors = await Promise.all(all.map((session) => this.visitorIn(session, 'now')));
    return all.filter((_, nth) => visitors[nth] !== undefined);
  }

  /** Ends one of one's sessions; whether there was one. */
  end(bearer: Principal, id: string): boolean {
    return this.sessions.end(holderOf(bearer), id);
  }

  endAll(bearer: Principal): void {
    this.sessions.endAll(holderOf(bearer));
  }

  private sessionOf(secret: string): Session | undefined {
    return sessionPattern.test(secret) ? this.sessions.find(hashOf(secret)) : undefined;
  }

  private async visitorIn(session: Session, asOf: AsOf): Promise<Principal | undefined> {
    if (this.expiryOf(session) <= this.now().getTime()) return undefined;
    const { holder, kind, authenticatedAt } = session;
    const bearer =
      kind === 'user'
        ? sessionPrincipal(session, await this.callers.standingOf(holder, asOf))
        : await this.callers.holderOf(holder, asOf);
    const authentication = {
      until: authenticatedAt + this.limits.authentication,
      by: kind === 'user' ? 'password' : 'token',
    } as const;
    return bearer && { ...bearer, authentication, session: this.termsOf(session) };
  }

  private termsOf(session: Session): SessionTerms {
    const { id, authenticatedAt, authenticatedBy } = session;
    return {
      id,
      expiresAt: new Date(this.expiryOf(session)).toISOString(),
      authenticatedAt: new Date(authenticatedAt).toISOString(),
      authenticatedBy,
    };
  }
}

/** Whose sessions these are: a user's, or those of the access token that an operator came with. */
const holderOf = ({ actor, tokenId: via }: Principal): string => (actor.kind === 'user' ? actor.id : (via ?? ''));
