import { randomUUID } from 'node:crypto';
import type { Session, Vault } from '#libs/vault';
import { idleLimit, sessionExpiry } from '../domain/session.js';
import { hashOf, newSessionSecret, sessionPattern } from './secret.js';

/** A session's secret leaves Rollbook here and nowhere else. */
export interface BegunSession {
  readonly secret: string;
  readonly session: Session;
}

/** A session's use is written down once in a while, ms. */
const usedEvery = 60_000;

/** Begins a session. */
export function beginSession({ sessions }: Pick<Vault, 'sessions'>, who: Pick<Session, 'holder' | 'kind' | 'revision' | 'agent'>, at: Date): BegunSession {
  const now = at.getTime();
  const secret = newSessionSecret();
  const session: Session = { ...who, agent: who.agent.slice(0, 200), id: randomUUID(), startedAt: now, usedAt: now };
  sessions.forget(now - idleLimit);
  sessions.begin(hashOf(secret), session);
  return { secret, session };
}

/** The session with this secret, if it has not run out; that it was used is noted. */
export function findSession({ sessions }: Pick<Vault, 'sessions'>, secret: string, at: Date): Session | undefined {
  const session = sessionPattern.test(secret) ? sessions.find(hashOf(secret)) : undefined;
  const now = at.getTime();
  if (!session || sessionExpiry(session) <= now) return undefined;
  if (now - session.usedAt >= usedEvery) sessions.use(session.id, now);
  return session;
}
