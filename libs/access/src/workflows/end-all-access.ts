import { v5 as uuidv5 } from 'uuid';
import { permissions } from '#libs/authorization';
import { unlessTampered, type EventStore } from '#libs/event-store';
import { withContext, type CommandContext } from '#libs/kernel';
import { EndUserSessions, UserDecider, roles } from '#libs/users';
import type { LeakRun, Vault } from '#libs/vault';
import { EndAccessToken } from '../domain/access-token.commands.js';
import { AccessTokenDecider } from '../domain/access-token.decider.js';
import type { SessionLimits } from '../domain/session.js';
import { endToken } from './issue-token.js';
import { operatorOf } from './operator-token.js';
import { Sessions } from './sessions.js';
import { TokenAuthenticator } from './token-authenticator.js';
import { endUserSessions } from './user-sessions.js';

export interface EndAllOptions {
  readonly store: EventStore;
  readonly vault: Vault;
  readonly limits: SessionLimits;
  /** The ids of all commands derive from its id: a repetition appends nothing twice. */
  readonly run: LeakRun;
  readonly now: () => Date;
  /** Is called with how many tokens, or holders of sessions, are done. */
  readonly show: (count: number) => void;
}

/** How many commands run at the same time; constant. */
const concurrency = 16;

/**
 * Ends all access tokens, by events of the operator, and deletes their hashes. Of a token whose stream was tampered with, only
 * the hash is deleted, which ends it as well. No server may run.
 * @returns the ids of such tokens
 */
export async function endAllTokens(options: EndAllOptions): Promise<string[]> {
  const { store, vault, run, now } = options;
  const tampered: string[] = [];
  await forAll(options, {
    list: (limit) => vault.tokens.listIds(limit),
    end: async (tokenId) => {
      const token = await unlessTampered(store.load(AccessTokenDecider, tokenId), undefined);
      if (!token) tampered.push(tokenId);
      if (token?.state.status !== 'live' || Date.parse(token.state.expiresAt) <= now().getTime())
        return vault.tokens.delete(tokenId);
      await endToken(
        { store, vault },
        withContext(new EndAccessToken({ reason: run.reason }), toContext(options, tokenId)),
      );
    },
  });
  return tampered;
}

/**
 * Ends all sessions: those of users by events of the operator, those of operators with their tokens. Then it deletes them; their
 * browsers are told why. The sessions of a user whose stream was tampered with are only deleted. No server may run.
 * @returns the ids of such users
 */
export async function endAllSessions(options: EndAllOptions): Promise<string[]> {
  const { store, vault, limits, now } = options;
  const authenticator = new TokenAuthenticator(store, vault, now, { record: () => {} });
  const sessions = new Sessions(vault.sessions, authenticator, limits, now);
  const tampered: string[] = [];
  await forAll(options, {
    list: (limit) => vault.sessions.listHolders(limit),
    end: async ({ holder, kind }) => {
      if (kind === 'user' && (await endByEvent(options, sessions, holder)) === 'tampered') tampered.push(holder);
      await sessions.endAll(holder, kind === 'user' ? 'ended-by-administrator' : 'token-ended');
    },
  });
  return tampered;
}

/** Ends the sessions of a user by an event, if the user is a member of an account and has sessions that have not ended. */
async function endByEvent(options: EndAllOptions, sessions: Sessions, userId: string): Promise<'tampered' | undefined> {
  const user = await unlessTampered(options.store.load(UserDecider, userId), undefined);
  if (!user) return 'tampered';
  if (user.state.status !== 'active') return undefined;
  const context = { ...toContext(options, userId), account: user.state.account };
  const command = new EndUserSessions({ reason: options.run.reason });
  await endUserSessions({ store: options.store, sessions }, withContext(command, context));
  return undefined;
}

/** Ends what `list` returns, and repeats that until it returns nothing. */
async function forAll<Item>(
  { show }: Pick<EndAllOptions, 'show'>,
  { list, end }: { list: (limit: number) => Promise<Item[]>; end: (item: Item) => Promise<void> },
): Promise<void> {
  let count = 0;
  for (;;) {
    const items = await list(concurrency);
    if (items.length === 0) return;
    await Promise.all(items.map((item) => end(item)));
    show((count += items.length));
  }
}

const toContext = ({ vault, run, now }: EndAllOptions, targetId: string): CommandContext => ({
  actor: operatorOf(vault),
  permissions,
  grantable: roles,
  mayActOnAdministrators: true,
  commandId: uuidv5(`end ${targetId}`, run.id),
  correlationId: run.id,
  targetId,
  at: now().toISOString(),
});
