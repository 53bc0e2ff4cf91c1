import { randomUUID } from 'node:crypto';
import { AccountDecider } from '#libs/accounts';
import { handleCommand, type EventStore, type CommandResult } from '#libs/event-store';
import { Refusal, withContext } from '#libs/kernel';
import { UserDecider, mayLogIn } from '#libs/users';
import type { Vault } from '#libs/vault';
import { EndAccessToken, type IssueAccessToken, type IssueOperatorToken } from '../domain/access-token.commands.js';
import { AccessTokenDecider, type AccessToken, type AccessTokenContext } from '../domain/access-token.decider.js';
import { hashSecret, createTokenSecret } from './secret.js';

/** The stores of tokens: their events, and their hashes. */
export interface TokenStores {
  readonly store: EventStore;
  readonly vault: Pick<Vault, 'tokens' | 'fingerprint'>;
}

/** A token that was just issued; its secret `token` is stored nowhere. */
export interface NewToken {
  readonly tokenId: string;
  readonly token: string;
  readonly position: number;
}

/** Issues an access token and returns it with its secret. Throws a refusal if a rule forbids it, or if the caller lost the right to issue it meanwhile. */
export async function issueToken(stores: TokenStores, command: IssueAccessToken): Promise<NewToken> {
  const issued = await createToken(stores, command, await loadFacts(stores.store, command));
  if (await stillMayIssue(stores.store, command)) return issued;
  await endToken(stores, withContext(new EndAccessToken({}), { ...command.context, commandId: randomUUID() }));
  throw new Refusal('token.holder-not-allowed', 'forbidden', 'You may not issue a token any more.');
}

/**
 * Returns whether the issuer still may issue the token, after it was appended. A command that takes this right away ends
 * the tokens that were appended before it; this check finds those that are appended after it.
 */
async function stillMayIssue(
  store: EventStore,
  { kind, context: { actor, tokenId, at, isStillAllowed } }: IssueAccessToken,
): Promise<boolean> {
  if (tokenId && (await store.load(AccessTokenDecider, tokenId)).state.status !== 'live') return false;
  if (isStillAllowed && !(await isStillAllowed())) return false;
  if (actor.kind !== 'user') return true;
  const { state } = await store.load(UserDecider, actor.id);
  return mayLogIn(state, at) && (kind === 'user' || state.roles.includes('administrator'));
}

/** Saves the hash of a new token, then appends the event, so that every token in the log works. If either fails, the secret was given to no one. */
export async function createToken(
  { store, vault }: TokenStores,
  command: IssueAccessToken | IssueOperatorToken,
  facts: Partial<AccessTokenContext> = {},
): Promise<NewToken> {
  const { targetId: tokenId } = command.context;
  const token = createTokenSecret();
  await vault.tokens.save(hashSecret(token), tokenId);
  try {
    const { position } = await handleCommand(store, AccessTokenDecider, command, facts);
    return { tokenId, token, position };
  } catch (error) {
    await vault.tokens.delete(tokenId);
    throw error;
  }
}

/** Ends a token and deletes its hash from the vault, so that it stops working at once even if it is cached. */
export async function endToken(
  { store, vault }: TokenStores,
  command: EndAccessToken,
): Promise<CommandResult<AccessToken>> {
  const written = await handleCommand(store, AccessTokenDecider, command);
  await vault.tokens.delete(command.context.targetId);
  return written;
}

/** Loads the facts about the token's holder that the rules need. */
async function loadFacts(
  store: EventStore,
  { kind, userId, accountId, context }: IssueAccessToken,
): Promise<Partial<AccessTokenContext>> {
  if (kind === 'user') {
    const { state, revision } = await store.load(UserDecider, userId ?? context.actor.id);
    return state.status === 'active' ? { memberOf: state.account, holderRevision: revision } : {};
  }
  if (!accountId) return {};
  return { accountOpen: (await store.load(AccountDecider, accountId)).state.status === 'open' };
}
