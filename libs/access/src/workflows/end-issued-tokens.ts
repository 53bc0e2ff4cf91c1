import { v5 as uuidv5 } from 'uuid';
import { Refusal, withContext, type CommandContext } from '#libs/kernel';
import { EndAccessToken } from '../domain/access-token.commands.js';
import { endToken, type TokenStores } from './issue-token.js';

/** How often tokens may turn up that were issued while others were ended. */
const maxRounds = 20;

/**
 * Ends tokens until none is found any more: while some are ended, others of them may issue one more. Answers those that it
 * ended and the position in the log of the last end. May be repeated.
 * @param find the tokens that are left; it must see everything that was written before it was called
 */
export async function endIssuedTokens<Token extends { readonly token_id: string }>(
  stores: TokenStores,
  context: CommandContext,
  find: () => Promise<readonly Token[]>,
): Promise<{ readonly ended: readonly Token[]; readonly position: number }> {
  const { expectedRevision: _, ...rest } = context;
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
