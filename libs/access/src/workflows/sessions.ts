import { randomUUID } from 'node:crypto';
import type { AuthenticationMethod, Session, Vault } from '#libs/vault';
import { toSessionPrincipal, type Principal, type SessionDetails } from '../domain/principal.js';
import { sessionExpiry, type SessionLimits } from '../domain/session.js';
import type { TokenAuthenticator } from './token-authenticator.js';
import type { Authenticated } from '../domain/session.commands.js';
import type { Freshness } from './one-second-cache.js';
import { hashSecret, createSessionSecret, sessionSecretPattern } from './secret.js';

/** How often at most a session's use is recorded, ms. */
const useInterval = 60_000;

/** Starts, authenticates and ends sessions. The vault stores them; the holder's stream says whether one is still valid. */
export class Sessions {
  constructor(
    private readonly sessions: Vault['sessions'],
    private readonly tokenAuthenticator: Pick<TokenAuthenticator, 'loadUserAccess' | 'loadTokenPrincipal'>,
    private readonly limits: SessionLimits,
    private readonly now: () => Date,
  ) {}

  /** Starts a session after a successful authentication. Returns its secret, which is stored nowhere. */
  start({ holder, kind, revision, authenticatedBy }: Authenticated, agent: string): string {
    const at = this.now().getTime();
    const secret = createSessionSecret();
    this.sessions.deleteUnusedSince(at - this.limits.idle);
    const times = { startedAt: at, usedAt: at, authenticatedAt: at };
    this.sessions.add(hashSecret(secret), {
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

  /** Returns the principal of a session, or undefined if the session has ended for any reason. */
  async findPrincipal(secret: string, freshness: Freshness): Promise<Principal | undefined> {
    const session = this.sessionOf(secret);
    return session && this.principalOf(session, freshness);
  }

  /** Records that a person used a session, which extends it. Returns the session, or undefined if it has ended. */
  recordUse(secret: string): SessionDetails | undefined {
    const session = this.sessionOf(secret);
    if (!session) return undefined;
    const at = this.now().getTime();
    if (at - session.usedAt < Math.min(useInterval, this.limits.idle / 10)) return this.toDetails(session);
    this.sessions.recordUse(session.id, at);
    return this.toDetails({ ...session, usedAt: at });
  }

  /** Records that the session's holder has authenticated again. */
  renewAuthentication({ id }: SessionDetails, by: AuthenticationMethod): void {
    this.sessions.recordAuthentication(id, this.now().getTime(), by);
  }

  /** Returns in how many seconds a session ends if it is not used again. */
  secondsLeft({ expiresAt }: SessionDetails): number {
    return Math.max(0, Math.floor((Date.parse(expiresAt) - this.now().getTime()) / 1_000));
  }

  /** Returns when a session ends if it is not used again (Unix ms). */
  expiryOf(session: Session): number {
    return sessionExpiry(session, this.limits);
  }

  /** Returns the principal's sessions that have not ended, newest first. */
  async list(principal: Principal): Promise<readonly Session[]> {
    const all = this.sessions.list(holderOf(principal));
    const principals = await Promise.all(all.map((session) => this.principalOf(session, 'fresh')));
    return all.filter((_, nth) => principals[nth] !== undefined);
  }

  /** Ends one of the principal's sessions. Returns whether there was one. */
  end(principal: Principal, id: string): boolean {
    return this.sessions.delete(holderOf(principal), id);
  }

  /** Ends all of the principal's sessions. */
  endAll(principal: Principal): void {
    this.sessions.deleteAll(holderOf(principal));
  }

  private sessionOf(secret: string): Session | undefined {
    return sessionSecretPattern.test(secret) ? this.sessions.find(hashSecret(secret)) : undefined;
  }

  private async principalOf(session: Session, freshness: Freshness): Promise<Principal | undefined> {
    if (this.expiryOf(session) <= this.now().getTime()) return undefined;
    const { holder, kind, authenticatedAt } = session;
    const principal =
      kind === 'user'
        ? toSessionPrincipal(session, await this.tokenAuthenticator.loadUserAccess(holder, freshness))
        : await this.tokenAuthenticator.loadTokenPrincipal(holder, freshness);
    const authentication = {
      until: authenticatedAt + this.limits.authentication,
      by: kind === 'user' ? 'password' : 'token',
    } as const;
    return principal && { ...principal, authentication, session: this.toDetails(session) };
  }

  private toDetails(session: Session): SessionDetails {
    const { id, authenticatedAt, authenticatedBy } = session;
    return {
      id,
      expiresAt: new Date(this.expiryOf(session)).toISOString(),
      authenticatedAt: new Date(authenticatedAt).toISOString(),
      authenticatedBy,
    };
  }
}

/** Returns the id under which the sessions of a principal are stored: of the user, or of the operator's access token. */
const holderOf = ({ actor, tokenId: via }: Principal): string => (actor.kind === 'user' ? actor.id : (via ?? ''));
