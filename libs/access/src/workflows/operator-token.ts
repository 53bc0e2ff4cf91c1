import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { v5 as uuidv5 } from 'uuid';
import { permissions } from '#libs/authorization';
import { unlessTampered } from '#libs/event-store';
import {
  systemActor,
  withContext,
  writeFileDurably,
  type Actor,
  type Command,
  type CommandContext,
} from '#libs/kernel';
import { roles } from '#libs/users';
import { EndAccessToken, IssueOperatorToken } from '../domain/access-token.commands.js';
import { AccessTokenDecider, type AccessToken } from '../domain/access-token.decider.js';
import { endToken, createToken, type TokenStores } from './issue-token.js';
import { hashSecret } from './secret.js';

export interface OperatorTokenOptions extends TokenStores {
  /** The file in which the operator finds the token. */
  readonly file: string;
  /** Now, UTC, ISO 8601. */
  readonly at: string;
  /** How long a new token is valid. */
  readonly days: number;
}

const day = 86_400_000;

/** Returns whether the token in the file need not be replaced: it was issued within a day, has all scopes, and expires no later than a new one would. */
function isRecentEnough(token: AccessToken, { at, days }: OperatorTokenOptions): boolean {
  if (token.status !== 'live' || permissions.some((permission) => !token.scopes.includes(permission))) return false;
  const left = Date.parse(token.expiresAt) - Date.parse(at);
  return left > Math.max(0, (days - 1) * day) && left <= days * day;
}

/**
 * Makes sure that the file (mode 600) holds an operator's token that was issued in the last day, and ends all tokens that
 * were in the file before. Returns whether it wrote a new one. Tokens that were issued with a replaced token stay valid.
 *
 * The n-th token's id derives from the installation and n, so they can be found in the log. It issues, writes the file and
 * ends the others, in this order; the next start completes what a crash left.
 */
export async function ensureOperatorToken(options: OperatorTokenOptions): Promise<boolean> {
  const { vault, file, at } = options;
  const tokens = await loadOperatorTokens(options);
  const shown = await readSecret(file);
  const inFile = shown && (await vault.tokens.findTokenId(hashSecret(shown)));
  const isValid = tokens.some(({ id, state }) => id === inFile && state && isRecentEnough(state, options));
  const id = isValid ? inFile : await issueIntoFile(file, options, tokens.length);
  for (const other of tokens) {
    if (other.id !== id && other.state?.status === 'live')
      await endToken(options, asSystem(new EndAccessToken({}), other.id, at));
  }
  return !isValid;
}

/** The UUIDv5 namespace of ids that are derived from the id of an installation. */
const namespace = '6d0b9b1c-2f1e-4c0e-9a43-5a6f0a8f7c55';

const derived = ({ fingerprint }: TokenStores['vault'], what: string): string =>
  uuidv5(`${fingerprint} ${what}`, namespace);

/** Returns the holder of the installation's own operator tokens. */
export const operatorOf = (vault: TokenStores['vault']): Actor => ({
  id: derived(vault, 'operator'),
  kind: 'operator',
});

const tokenId = ({ vault }: TokenStores, n: number): string => derived(vault, `operator-token ${n}`);

/** Returns all tokens that were ever written to the file, oldest first. One whose stream was tampered with has no state, and gives no rights. */
async function loadOperatorTokens(
  stores: TokenStores,
): Promise<{ id: string; state: Exclude<AccessToken, { status: 'absent' }> | undefined }[]> {
  const tokens = [];
  for (;;) {
    const id = tokenId(stores, tokens.length);
    const loaded = await unlessTampered(stores.store.load(AccessTokenDecider, id), undefined);
    const state = loaded?.state;
    if (state?.status === 'absent') return tokens;
    tokens.push({ id, state });
  }
}

async function issueIntoFile(file: string, stores: OperatorTokenOptions, n: number): Promise<string> {
  const id = tokenId(stores, n);
  // A start that crashed may have saved a hash for it.
  await stores.vault.tokens.delete(id);
  const command = new IssueOperatorToken({ holder: operatorOf(stores.vault).id, days: stores.days });
  const { token } = await createToken(stores, asSystem(command, id, stores.at));
  writeFileDurably(file, `${token}\n`);
  return id;
}

async function readSecret(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Rollbook itself as the actor. */
const system: Pick<CommandContext, 'actor' | 'permissions' | 'grantable' | 'mayActOnAdministrators'> = {
  actor: systemActor,
  permissions,
  grantable: roles,
  mayActOnAdministrators: true,
};

const asSystem = <C extends Command<C>>(command: C, targetId: string, at: string): C =>
  withContext(command, { ...system, commandId: randomUUID(), correlationId: randomUUID(), targetId, at });
