import type { EventStore } from '#libs/event-store';
import type { ReadPosition } from '#libs/http';
import type { CommandContext } from '#libs/kernel';
import type { ReadStore } from '#libs/read-store';
import { IssuedTokens, type IssuedToken } from '#libs/users';
import type { Vault } from '#libs/vault';
import { listIssuedBy, type IssuedRow, type Issuers } from './read/issued-by.js';
import { endIssuedTokens } from './workflows/end-issued-tokens.js';

/** How long to wait until the read models show all events, ms. */
const readModelTimeoutMs = 2_000;

/** How many tokens one query returns at most. */
const pageSize = 1_000;

/** Lists and ends the tokens that users issued, also those issued with such tokens. Reads the read model, ends by commands. */
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
    return groupByIssuer(await this.find({ users: userIds }, context));
  }

  /**
   * Ends the tokens that these users have issued and that the caller may manage. Returns them by user id, and the log
   * position of the last event that ended one, 0 if there was none.
   */
  override async end(userIds: readonly string[], context: CommandContext) {
    const { ended, position } = await this.endAll({ users: userIds }, context);
    return { byUser: groupByIssuer(ended, { ended: true }), position };
  }

  /**
   * Ends the tokens that were issued with this token, directly or with a token that it issued, and that the caller may
   * manage; not the token itself. Returns their ids, and the log position of the last event that ended one, 0 if there was
   * none.
   */
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

  /** Waits until the read model shows all events, so that no token is missed. Throws `projections.behind`. */
  private async find(
    issuers: Issuers,
    { actor, confinedTo, mayActOnAdministrators, at }: CommandContext,
  ): Promise<IssuedRow[]> {
    await this.readPosition.waitForPosition(await this.store.lastPosition(), readModelTimeoutMs);
    return listIssuedBy(this.readStore.db as never, issuers, {
      actor,
      ...(confinedTo && { account: confinedTo }),
      mayActOnAdministrators,
      at,
      limit: pageSize,
    });
  }
}

function groupByIssuer(
  rows: readonly IssuedRow[],
  more: Partial<IssuedToken> = {},
): ReadonlyMap<string, readonly IssuedToken[]> {
  const groups = Map.groupBy(rows, ({ root }) => root);
  return new Map(
    [...groups].map(([issuer, issued]) => [issuer, issued.map((row) => ({ ...toIssuedToken(row), ...more }))]),
  );
}

const toIssuedToken = ({ token_id, kind, name, scopes, issued_at, expires_at }: IssuedRow): IssuedToken => ({
  tokenId: token_id,
  kind,
  name,
  scopes,
  issuedAt: issued_at,
  expiresAt: expires_at,
});
