import type { Written } from '#libs/event-store';
import { Answer } from '#libs/http';
import type { Command } from '#libs/kernel';
import { AddUserToAccount, DeleteUser, RestoreUser } from '../domain/user.commands.js';
import { accountOf, locksAt, type User } from '../domain/user.state.js';
import type { IssuedToken } from '../workflows/issued-tokens.js';

/** How the user stands for this account after the command: `{ status, locks, changed, keptRoles?, issuedTokens? }`; `issuedTokens: null` where they can not be looked up now. */
export function standing(
  written: Written<User>,
  command: Command<unknown>,
  issuedTokens?: readonly IssuedToken[] | null,
): Answer {
  const { state, changed, position, revision, at = command.issuance.at } = written;
  if (state.status === 'absent') return new Answer({ changed }, position);
  const { account } = command.issuance;
  const departure = accountOf(state) === account ? undefined : state.departures[account!];
  const { locks, keptRoles } = departure ?? { locks: state.locks, keptRoles: state.roles };
  const movesRoles = [DeleteUser, RestoreUser, AddUserToAccount].some((type) => command instanceof type);
  const shown = locksAt(locks, at).map(({ cause, reason, until }) => ({ cause, reason, until }));
  return new Answer(
    {
      status: departure?.act ?? state.status,
      locks: shown,
      changed,
      ...(movesRoles && { keptRoles }),
      ...(issuedTokens !== undefined && { issuedTokens }),
    },
    position,
    revision,
  );
}
