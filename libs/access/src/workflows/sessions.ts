import { randomUUID } from 'node:crypto';
import type { AuthenticationMethod, Session, Vault } from '#libs/vault';
import { toSessionPrincipal, type Principal, type SessionDetails, type SessionItem } from '../domain/principal.js';
import {
  endRetention,
  findTimeout,
  sessionExpiry,
  type SessionEndReason,
  type SessionLimits,
} from '../domain/session.js';
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
    private readonly tokenAuthenticator: Pick<
      TokenAuthenticator,
      'loadUserAccess' | 'loadUserSessionsEnd' | 'loadTokenPrincipal'
    >,
    private readonly limits: SessionLimits,
    private readonly now: () => Date,
  ) {}

  /** Starts a session after a successful authentication. Returns its secret, which is stored nowhere. */
  async start({ holder, kind, revision, authenticatedBy }: Authenticated, agent: string): Promise<string> {
    const at = this.now().getTime();
    const secret = createSessionSecret();
    await this.sessions.deleteUnusedSince(at - this.limits.idle - endRetention);
    const times = { startedAt: at, usedAt: at, authenticatedAt: at };
    await this.sessions.add(hashSecret(secret), {
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
    const session = await this.sessionOf(secret);
    return session && this.principalOf(session, freshness);
  }

  /** Returns why the session with this secret has ended; undefined if there was none or the server does not know any more. */
  async findEndReason(secret: string): Promise<SessionEndReason | undefined> {
    if (!sessionSecretPattern.test(secret)) return undefined;
    const session = await this.sessionOf(secret);
    if (!session) return (await this.sessions.findEnd(hashSecret(secret))) as SessionEndReason | undefined;
    const timeout = findTimeout(session, this.limits, this.now().getTime());
    if (session.kind === 'access-token') return timeout ?? 'token-ended';
    const { since, because } = await this.tokenAuthenticator.loadUserSessionsEnd(session.holder);
    return session.revision < since ? because : timeout;
  }

  /** Records that a person used a session, which extends it. Returns the session, or undefined if it has ended. */
  async recordUse(secret: string): Promise<SessionDetails | undefined> {
    const session = await this.sessionOf(secret);
    if (!session) return undefined;
    const at = this.now().getTime();
    if (at - session.usedAt < Math.min(useInterval, this.limits.idle / 10)) return this.toDetails(session);
    await this.sessions.recordUse(session.id, at);
    return this.toDetails({ ...session, usedAt: at });
  }

  /** Records that the session's holder has authenticated again. */
  async renewAuthentication({ id }: SessionDetails, by: AuthenticationMethod): Promise<void> {
    await this.sessions.recordAuthentication(id, this.now().getTime(), by);
  }

  /** Returns in how many seconds a session ends if it is not used again. */
  secondsLeft({ expiresAt }: SessionDetails): number {
    return Math.max(0, Math.floor((Date.parse(expiresAt) - this.now().getTime()) / 1_000));
  }

  /** Returns when a session ends if it is not used again (Unix ms). */
  expiryOf(session: Session): number {
    return sessionExpiry(session, this.limits);
  }

  /** Returns the holder's sessions that have not ended, newest first. */
  async list(holder: string): Promise<readonly Session[]> {
    const all = await this.sessions.list(holder);
    const principals = await Promise.all(all.map((session) => this.principalOf(session, 'fresh')));
    return all.filter((_, nth) => principals[nth] !== undefined);
  }

  /** Ends one of the holder's sessions, and keeps the reason for its browser. Returns whether there was one. */
  end(holder: string, id: string, because: SessionEndReason): Promise<boolean> {
    return this.sessions.end(holder, id, because, this.now().getTime());
  }

  /** Ends all of the holder's sessions, and keeps the reason for their browsers. */
  endAll(holder: string, because: SessionEndReason): Promise<void> {
    return this.sessions.endAll(holder, because, this.now().getTime());
  }

  /** Ends the session of a holder who logs out. No reason is stored. */
  logOut(holder: string, id: string): Promise<void> {
    return this.sessions.delete(holder, id);
  }

  /** Returns a session as responses show it. `current` is the id of the session that the request belongs to. */
  toItem(session: Session, current: string | undefined): SessionItem {
    const { id, startedAt, usedAt, authenticatedAt, authenticatedBy, agent } = session;
    const toIso = (time: number): string => new Date(time).toISOString();
    return {
      id,
      current: id === current,
      startedAt: toIso(startedAt),
      lastUsedAt: toIso(usedAt),
      expiresAt: toIso(this.expiryOf(session)),
      authenticatedAt: toIso(authenticatedAt),
      authenticatedBy,
      agent,
    };
  }

  private async sessionOf(secret: string): Promise<Session | undefined> {
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
export const holderOf = ({ actor, tokenId: via }: Principal): string =>
  actor.kind === 'user' ? actor.id : (via ?? '');
