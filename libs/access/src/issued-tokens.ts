import type { EventStore } from '#libs/event-store';
import type { ReadPosition } from '#libs/http';
import type { CommandContext } from '#libs/kernel';
import type { ReadStore } from '#libs/read-store';
import { IssuedTokens, type IssuedToken } from '#libs/users';
import type { Vault } from '#libs/vault';
import { listIssuedBy, type IssuedRow, type Issuers } from './read/issued-by.js';
import { endIssuedTokens } from './workflows/end-issued-tokens.js';

/** How long the read models may take to show what was just written, ms. */
const maxWait = 2_000;

/** So many tokens are looked at, at once. */
const pageSize = 1_000;

/** What was issued by whom, and how to end it: the read models find it, the commands end it. */
export class IssuedTokenTree extends IssuedTokens {
  constructor(
    private readonly store: EventStore,
    private readonly vault: Vault,
    private readonly readStore: ReadStore,
    private readonly readPosition: ReadPosition,
  ) {
    super();
  }

  /** Returns the valid tokens that these users have issued and that the caller may manage, by user id. */
  override async list(
    userIds: readonly string[],
    context: CommandContext,
  ): Promise<ReadonlyMap<string, readonly IssuedToken[]>> {
    return byIssuer(await this.find({ users: userIds }, context));
  }

  /** Ends the tokens that these users have issued and that the caller may manage. Returns them by user id, and the position of the last event. */
  override async end(userIds: readonly string[], context: CommandContext) {
    const { ended, position } = await this.endAll({ users: userIds }, context);
    return { byUser: byIssuer(ended, { ended: true }), position };
  }

  /** Ends what was issued with this token, and in turn with those. */
  async endIssuedWith(
    tokenId: string,
    context: CommandContext,
  ): Promise<{ readonly tokenIds: readonly string[]; readonly position: number }> {
    const { ended, position } = await this.endAll({ tokens: [tokenId] }, context);
    return { tokenIds: ended.map(({ token_id }) => token_id), position };
  }

  private endAll(issuers: Issuers, context: CommandContext) {
    return endIssuedTokens({ store: this.store, vault: this.vault }, context, () => this.find(issuers, context));
  }

  /** Sees all that was written before: whoever issues a token looks afterwards whether they still may. */
  private async find(
    issuers: Issuers,
    { actor, confinedTo, mayActOnAdministrators, at }: CommandContext,
  ): Promise<IssuedRow[]> {
    await this.readPosition.waitForPosition(await this.store.lastPosition(), maxWait);
    return listIssuedBy(this.readStore.db as never, issuers, {
      actor,
      ...(confinedTo && { account: confinedTo }),
      mayActOnAdministrators,
      at,
      limit: pageSize,
    });
  }
}

function byIssuer(
  rows: readonly IssuedRow[],
  more: Partial<IssuedToken> = {},
): ReadonlyMap<string, readonly IssuedToken[]> {
  const groups = Map.groupBy(rows, ({ root }) => root);
  return new Map([...groups].map(([issuer, issued]) => [issuer, issued.map((row) => ({ ...itemOf(row), ...more }))]));
}

const itemOf = ({ token_id, kind, name, scopes, issued_at, expires_at }: IssuedRow): IssuedToken => ({
  tokenId: token_id,
  kind,
  name,
  scopes,
  issuedAt: issued_at,
  expiresAt: expires_at,
});
