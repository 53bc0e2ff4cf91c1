import { join } from 'node:path';
import { endAllSessions, endAllTokens, ensureOperatorToken, operatorOf } from '#libs/access';
import { countOpenLinks } from '#libs/users';
import type { LeakRun, Vault } from '#libs/vault';
import type { Config } from './config.js';
import type { Installation } from './installation.js';
import { Progress } from './progress.js';
import { rotateLogKey } from './rotate-log-key.js';

type Log = Pick<Installation, 'store' | 'vault'>;

/** What a response to a leak has done. */
export interface LeakResponseResult {
  /** The generation of the key that authenticates new events. */
  readonly generation: number;
  /** The file with the operator's new token. */
  readonly operatorToken: string;
  /** The tokens and users whose streams were tampered with: what they had is ended, without an event. */
  readonly tampered: readonly string[];
}

/** Returns the lines that say what {@link respondToLeak} will end. */
export async function describeLeakResponse({ store, vault }: Log): Promise<string[]> {
  const { tokens, passwords, sessions } = vault;
  const { user, 'access-token': operator } = await sessions.count();
  return [
    ...(vault.leakResponse.unfinished ? ['An earlier response was interrupted: it will be continued.'] : []),
    `Sessions of users that will end, expired ones included: ${user}; of operators: ${operator}.`,
    `Access tokens that will end, expired ones included: ${await tokens.count()}.`,
    `Mailed links that will stop working: ${await countOpenLinks(store, new Date().toISOString())}.`,
    `Users with a password, whose hash may have been read: ${await passwords.countUsers()}.`,
  ];
}

/**
 * Makes useless what others have learned from a copy of the vault: new keys of events, links, device cookies, cursors, sessions
 * and tokens; all sessions and access tokens end, by events of the operator; a new operator's token. No server may run. After
 * an interruption, no server starts until it is called again, which completes it with the former reason.
 */
export async function respondToLeak(log: Log, config: Config, reason: string): Promise<LeakResponseResult> {
  const { store, vault } = log;
  const run = await vault.leakResponse.begin(reason);
  if (vault.authentication.current.number === run.generation)
    await rotateLogKey(store, vault, { actor: operatorOf(vault), reason: run.reason, correlationId: run.id });
  const tampered = await endAllAccess(log, config, run);
  await vault.leakResponse.replaceAccessRowKey();
  const operatorToken = join(config.dataDir, 'operator-token');
  const days = config.operatorTokenDays;
  await ensureOperatorToken({ store, vault, file: operatorToken, at: new Date().toISOString(), days });
  await vault.leakResponse.end();
  return { generation: vault.authentication.current.number, operatorToken, tampered };
}

async function endAllAccess({ store, vault }: Log, { sessions: limits }: Config, run: LeakRun): Promise<string[]> {
  const options = { store, vault, limits, run, now: () => new Date() };
  const tokens = new Progress('access tokens are ended', await vault.tokens.count());
  const endedTokens = await endAllTokens({ ...options, show: (count) => tokens.show(count, count) });
  const { user, 'access-token': operator } = await vault.sessions.count();
  // A holder may have several sessions: then it ends before the 100 %.
  const holders = new Progress('holders of sessions are done', user + operator);
  const endedSessions = await endAllSessions({ ...options, show: (count) => holders.show(count, count) });
  return [...endedTokens, ...endedSessions];
}

/** Throws an Error of one line if a response to a leak was interrupted: sessions and tokens that must end may still be valid. */
export function checkLeakResponseEnded({ leakResponse }: Vault): void {
  if (leakResponse.unfinished)
    throw new Error('The response to a leak was interrupted: run npm run state:after-leak -- --yes again.');
}
