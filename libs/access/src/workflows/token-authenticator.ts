import { AccountDecider } from '#libs/accounts';
import type { EventStore } from '#libs/event-store';
import { UserDecider, type ExistingUser, type SessionsEnd } from '#libs/users';
import type { Vault } from '#libs/vault';
import { AccessTokenDecider, type AccessToken } from '../domain/access-token.decider.js';
import type { Me } from '../domain/me.js';
import { toTokenPrincipal, toUserAccess, type Principal, type UserAccess } from '../domain/principal.js';
import { loadTrusted } from './load-trusted.js';
import { OneSecondCache, type Freshness } from './one-second-cache.js';
import { hashSecret, tokenSecretPattern } from './secret.js';
import type { TokenUseRecorder } from './token-use-recorder.js';

/**
 * Authenticates access tokens. It reads the streams of the token and its holder, not a projection, so that a lock, a
 * demotion or a deletion takes effect on every token within one second.
 */
export class TokenAuthenticator {
  private readonly tokens: OneSecondCache<AccessToken>;
  private readonly holders: OneSecondCache<UserAccess | undefined>;
  private readonly accounts: OneSecondCache<boolean>;

  constructor(
    private readonly store: Pick<EventStore, 'load'>,
    private readonly vault: Pick<Vault, 'tokens'>,
    private readonly now: () => Date,
    private readonly uses: Pick<TokenUseRecorder, 'record'>,
  ) {
    this.tokens = new OneSecondCache(async (id) => (await loadTrusted(store, AccessTokenDecider, id)).state, now);
    this.holders = new OneSecondCache(
      async (id) => toUserAccess((await loadTrusted(store, UserDecider, id)).state, now().toISOString()),
      now,
    );
    this.accounts = new OneSecondCache(
      async (id) => (await loadTrusted(store, AccountDecider, id)).state.status === 'open',
      now,
    );
  }

  /** Returns the principal of an access token and records that it is used, or returns undefined if the token is not valid for any reason. Throws if the event store is unavailable. */
  async findPrincipal(secret: string, freshness: Freshness): Promise<Principal | undefined> {
    const id = tokenSecretPattern.test(secret) ? await this.vault.tokens.findTokenId(hashSecret(secret)) : undefined;
    if (id === undefined) return undefined;
    const principal = await this.loadTokenPrincipal(id, freshness);
    if (principal) this.uses.record(id);
    return principal;
  }

  /** Returns the principal of the token with this id, or undefined if the token is not valid. */
  async loadTokenPrincipal(id: string, freshness: Freshness): Promise<Principal | undefined> {
    const token = await this.tokens.get(id, freshness);
    const isUsers = token.status === 'live' && token.kind === 'user';
    return toTokenPrincipal(
      id,
      token,
      isUsers ? await this.loadUserAccess(token.holder, freshness) : undefined,
      this.now(),
    );
  }

  /** Returns what authentication needs to know of a user, or undefined if the user may not log in. */
  loadUserAccess(userId: string, freshness: Freshness): Promise<UserAccess | undefined> {
    return this.holders.get(userId, freshness);
  }

  /** Returns the revision of the user's stream before which their sessions have ended, and why. */
  async loadUserSessionsEnd(userId: string): Promise<{ readonly since: number; readonly because?: SessionsEnd }> {
    const { state: user } = await loadTrusted(this.store, UserDecider, userId);
    if (user.status === 'absent') return { since: 0 };
    const { sessionsSince: since, sessionsEndedBecause: because } = user;
    return { since, ...(because && { because }) };
  }

  /** Returns the response of `GET /me`: who the principal is, with names, and their permissions now. */
  async describePrincipal({
    actor,
    token,
    session,
    confinedTo: account,
    roles,
    scopes,
    permissions,
  }: Principal): Promise<Me> {
    const { state: user, revision } = await this.store.load(UserDecider, actor.id);
    const {
      email,
      firstName,
      lastName,
      country,
      language = null,
    } = user.status === 'absent' ? ({} as Partial<ExistingUser>) : user;
    return {
      actor,
      accountId: account ?? null,
      account: account ?? null,
      roles,
      scopes,
      permissions: [...permissions],
      token: token ? { ...token, tokenId: token.id } : null,
      session: session ?? null,
      profile:
        actor.kind === 'user' ? ({ email, firstName, lastName, country, language, revision } as Me['profile']) : null,
    };
  }

  /** Returns whether an account is open. `true` may be one second old. */
  async isOpenAccount(id: string): Promise<boolean> {
    return (await this.accounts.get(id, 'cached')) || this.accounts.get(id, 'fresh');
  }
}
