import { randomUUID } from 'node:crypto';
import type { Session, Vault } from '#libs/vault';
import { visitorOf, type Bearer } from '../domain/bearer.js';
import { idleLimit, sessionExpiry } from '../domain/session.js';
import type { Callers } from './callers.js';
import type { Entered } from './enter.js';
import type { AsOf } from './recent.js';
import { hashOf, newSessionSecret, sessionPattern } from './secret.js';

/** A session's use is written down once in a while, ms. */
const usedEvery = 60_000;

/** Who comes in a session. The vault knows the sessions; whether one still holds, the holder's stream says. */
export class Visits {
  constructor(
    private readonly sessions: Vault['sessions'],
    private readonly callers: Pick<Callers, 'standingOf' | 'holderOf'>,
    private readonly now: () => Date,
  ) {}

  /** Begins a session for somebody who has shown who they are; its secret leaves Rollbook here and nowhere else. */
  begin({ holder, kind, revision }: Entered, agent: string): string {
    const at = this.now().getTime();
    const secret = newSessionSecret();
    this.sessions.forget(at - idleLimit);
    this.sessions.begin(hashOf(secret), { holder, kind, revision, agent: agent.slice(0, 200), id: randomUUID(), startedAt: at, usedAt: at });
    return secret;
  }

  /** Who comes with this secret; `undefined` where the session has ended, for whatever cause. */
  async find(secret: string, asOf: AsOf): Promise<Bearer | undefined> {
    const session = this.sessionOf(secret);
    return session && this.visitorIn(session, asOf);
  }

  /** The session is in use: it goes on for as long as it may lie idle. */
  use(secret: string): void {
    const session = this.sessionOf(secret);
    const at = this.now().getTime();
    if (session && at - session.usedAt >= usedEvery) this.sessions.use(session.id, at);
  }

  /** One's sessions that have not ended, newest first. */
  async list(bearer: Bearer): Promise<readonly Session[]> {
    const all = this.sessions.list(holderOf(bearer));
    const visitors = await Promise.all(all.map((session) => this.visitorIn(session, 'now')));
    return all.filter((_, nth) => visitors[nth] !== undefined);
  }

  /** Ends one of one's sessions; whether there was one. */
  end(bearer: Bearer, id: string): boolean {
    return this.sessions.end(holderOf(bearer), id);
  }

  endAll(bearer: Bearer): void {
    this.sessions.endAll(holderOf(bearer));
  }

  private sessionOf(secret: string): Session | undefined {
    return sessionPattern.test(secret) ? this.sessions.find(hashOf(secret)) : undefined;
  }

  private async visitorIn({ id, holder, kind, revision, ...span }: Session, asOf: AsOf): Promise<Bearer | undefined> {
    const end = sessionExpiry(span);
    if (end <= this.now().getTime()) return undefined;
    const expiresAt = new Date(end).toISOString();
    if (kind === 'user') return visitorOf({ id, holder, revision, expiresAt }, await this.callers.standingOf(holder, asOf));
    const bearer = await this.callers.holderOf(holder, asOf);
    return bearer && { ...bearer, session: { id, expiresAt } };
  }
}

/** Whose sessions these are: a user's, or those of the access token that an operator came with. */
const holderOf = ({ actor, via }: Bearer): string => (actor.kind === 'user' ? actor.id : (via ?? ''));
