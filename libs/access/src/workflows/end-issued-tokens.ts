import { v5 as uuidv5 } from 'uuid';
import { Refusal, withContext, type CommandContext } from '#libs/kernel';
import { EndAccessToken } from '../domain/access-token.commands.js';
import { endToken, type TokenStores } from './issue-token.js';

/** How often the search is repeated, if tokens are issued while others are ended. */
const maxRounds = 20;

/**
 * Ends all tokens that `find` returns, and repeats that until it returns none: a token may issue another one while tokens are
 * ended. Returns the ended tokens and the log position of the last event that ended one, 0 if there was none. Idempotent.
 * Throws `stream.busy` after 20 rounds.
 * @param find returns the tokens that are left; it must see all events that were appended before the call
 */
export async function endIssuedTokens<Token extends { readonly token_id: string }>(
  stores: TokenStores,
  context: CommandContext,
  find: () => Promise<readonly Token[]>,
): Promise<{ readonly ended: readonly Token[]; readonly position: number }> {
  // Without the digest of the request: it would be sealed for the account, and stay when the user is erased.
  const { expectedRevision: _, digest: __, earlierDigest: ___, ...rest } = context;
  const ended: Token[] = [];
  let position = 0;
  for (let round = 0; round < maxRounds; round++) {
    const found = await find();
    if (found.length === 0) return { ended, position };
    for (const token of new Map(found.map((each) => [each.token_id, each])).values()) {
      const command = withContext(new EndAccessToken({}), {
        ...rest,
        targetId: token.token_id,
        commandId: uuidv5(`end ${token.token_id}`, context.commandId),
      });
      position = Math.max(position, (await endToken(stores, command)).position);
    }
    ended.push(...found);
  }
  throw new Refusal('stream.busy', 'unavailable', 'New tokens are issued as fast as they are ended; try again.');
}
