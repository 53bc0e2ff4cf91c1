import { Refusal, type CommandContext } from '#libs/kernel';
import type { IssuedToken } from '../domain/results.js';
import type { User } from '../domain/user.state.js';

/**
 * The tokens that users have issued to services, also by means of tokens. They outlive the rights of their issuer, so the
 * caller who takes these rights away gets to see them. The library `access` implements this port.
 */
export abstract class IssuedTokens {
  /** Returns the tokens that still work and that the caller may manage, by user id. */
  abstract list(
    userIds: readonly string[],
    context: CommandContext,
  ): Promise<ReadonlyMap<string, readonly IssuedToken[]>>;
  /**
   * Ends these tokens. Returns those that it ended, by user id, and the log position of the last event that ended one, 0 if
   * there was none. May be repeated.
   */
  abstract end(
    userIds: readonly string[],
    context: CommandContext,
  ): Promise<{ readonly byUser: ReadonlyMap<string, readonly IssuedToken[]>; readonly position: number }>;
}

/** The options of commands that take rights away. */
interface IssuedTokenOptions {
  readonly dryRun?: boolean;
  readonly endIssuedTokens?: boolean;
}

/** Checks that the caller has the permission `tokens:manage` if the command asks to end the access tokens that its user has issued. Throws `access.forbidden`. */
export function checkMayEndTokens({ endIssuedTokens }: IssuedTokenOptions, { permissions }: CommandContext): void {
  if (!endIssuedTokens || permissions.includes('tokens:manage')) return;
  throw new Refusal(
    'access.forbidden',
    'forbidden',
    'To end tokens needs tokens:manage, which your token or your roles do not give.',
    [],
    { needs: 'tokens:manage' },
  );
}

/** Returns whether the user can have issued access tokens to services: only former and present administrators can. */
export const mayHaveIssuedTokens = (user: User): boolean =>
  user.status !== 'absent' && user.hasBeenAdministrator === true;

/**
 * Returns the tokens that these users issued and that the caller may manage, by user id; ends them if the command says so.
 * `byUser` is absent if the read models are unavailable: a lock must not wait for them.
 */
export async function listOrEndIssuedTokens(
  tokens: IssuedTokens,
  userIds: readonly string[],
  { endIssuedTokens, dryRun }: IssuedTokenOptions,
  context: CommandContext,
): Promise<{ readonly byUser?: ReadonlyMap<string, readonly IssuedToken[]>; readonly position?: number }> {
  if (userIds.length === 0 || !context.permissions.includes('tokens:manage')) return { byUser: new Map() };
  if (endIssuedTokens && !dryRun) return tokens.end(userIds, context);
  try {
    return { byUser: await tokens.list(userIds, context) };
  } catch (error) {
    if (error instanceof Refusal && error.kind === 'unavailable') return {};
    throw error;
  }
}
