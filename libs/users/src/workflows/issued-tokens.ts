import { Refusal, type CommandContext } from '#libs/kernel';
import type { IssuedToken } from '../domain/results.js';
import type { User } from '../domain/user.state.js';

/**
 * The tokens that users have issued to services, also through tokens. They outlive the rights of their issuer, so whoever takes
 * these away is shown them. The concept `access`, to which tokens belong, provides it.
 */
export abstract class IssuedTokens {
  /** Those that still work and that the caller may manage, by user. */
  abstract list(
    userIds: readonly string[],
    context: CommandContext,
  ): Promise<ReadonlyMap<string, readonly IssuedToken[]>>;
  /** Ends them; answers those that it ended, with the place in the log of the last that was written. May be repeated. */
  abstract end(
    userIds: readonly string[],
    context: CommandContext,
  ): Promise<{ readonly byUser: ReadonlyMap<string, readonly IssuedToken[]>; readonly position: number }>;
}

/** What such a command says of the tokens. */
interface TokenWish {
  readonly dryRun?: boolean;
  readonly endIssuedTokens?: boolean;
}

/** Whoever may not manage tokens ends none. Throws `access.forbidden`, before anything is written. */
export function checkMayEndTokens({ endIssuedTokens }: TokenWish, { permissions }: CommandContext): void {
  if (!endIssuedTokens || permissions.includes('tokens:manage')) return;
  throw new Refusal(
    'access.forbidden',
    'forbidden',
    'To end tokens needs tokens:manage, which your token or your roles do not give.',
    [],
    { needs: 'tokens:manage' },
  );
}

/** Only administrators can have issued tokens to others; for everybody else nothing needs to be looked up. */
export const mayHaveIssuedTokens = (user: User): boolean =>
  user.status !== 'absent' && user.hasBeenAdministrator === true;

/**
 * The tokens that these users issued, ended if the command says so. Whoever may manage none sees none; where the read models
 * are away, `byUser` is left out, so that nobody need wait to lock somebody.
 */
export async function issuedTokensOf(
  tokens: IssuedTokens,
  userIds: readonly string[],
  { endIssuedTokens, dryRun }: TokenWish,
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
