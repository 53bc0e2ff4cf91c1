import { AccountDecider } from '#libs/accounts';
import type { EventStore } from '#libs/event-store';
import { UserDecider, type ExistingUser } from '#libs/users';
import type { Vault } from '#libs/vault';
import { AccessTokenDecider, type AccessToken } from '../domain/access-token.decider.js';
import type { Me } from '../domain/me.js';
import { toTokenPrincipal, toUserAccess, type Principal, type UserAccess } from '../domain/principal.js';
import { OneSecondCache, type Freshness } from './one-second-cache.js';
import { hashSecret, tokenSecretPattern } from './secret.js';

/**
 * Who shows an access token: read from the token's and the holder's own streams, with no projection in between, so that
 * a lock, a demotion or a deletion shuts every token within a second.
 */
export class TokenAuthenticator {
  private readonly tokens: OneSecondCache<AccessToken>;
  private readonly holders: OneSecondCache<UserAccess | undefined>;
  private readonly accounts: OneSecondCache<boolean>;

  constructor(
    private readonly store: Pick<EventStore, 'load'>,
    private readonly vault: Pick<Vault, 'tokens'>,
    private readonly now: () => Date,
  ) {
    this.tokens = new OneSecondCache(async (id) => (await store.load(AccessTokenDecider, id)).state, now);
    this.holders = new OneSecondCache(
      async (id) => toUserAccess((await store.load(UserDecider, id)).state, now().toISOString()),
      now,
    );
    this.accounts = new OneSecondCache(
      async (id) => (await store.load(AccountDecider, id)).state.status === 'open',
      now,
    );
  }

  /** `undefined` for any token that opens nothing, for whatever cause. Throws where the event store can't be asked. */
  async findPrincipal(secret: string, freshness: Freshness): Promise<Principal | undefined> {
    const id = tokenSecretPattern.test(secret) ? this.vault.tokens.findTokenId(hashSecret(secret)) : undefined;
    return id === undefined ? undefined : this.loadTokenPrincipal(id, freshness);
  }

  /** Who has the token with this id; `undefined` where it opens nothing. */
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

  /** How a user stands; `undefined` where nothing of theirs opens anything. */
  loadUserAccess(userId: string, freshness: Freshness): Promise<UserAccess | undefined> {
    return this.holders.get(userId, freshness);
  }

  /** Who somebody is, in words, and what they may do now. */
  async describePrincipal({
    actor,
    token,
    session,
    confinedTo: account,
    roles,
    scopes,
    permissions,
  }: Principal): Promise<Me> {
    const { state: user } = await this.store.load(UserDecider, actor.id);
    const {
      email,
      firstName,
      lastName,
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
      profile: actor.kind === 'user' ? ({ email, firstName, lastName, language } as Me['profile']) : null,
    };
  }

  /** Whether there is such an account, as of a second ago at the most. */
  async isOpenAccount(id: string): Promise<boolean> {
    return (await this.accounts.get(id, 'cached')) || this.accounts.get(id, 'fresh');
  }
}
