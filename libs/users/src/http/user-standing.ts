import type { CommandResult } from '#libs/event-store';
import { VersionedResult, type Command } from '#libs/kernel';
import { actOf } from '../domain/user.acts.js';
import { accountOf, locksAt, type User } from '../domain/user.state.js';
import type { IssuedToken, UserStanding } from '../domain/results.js';

/** How the user stands for this account after the command: `{ status, locks, changed, keptRoles?, issuedTokens? }`; `issuedTokens: null` where they can not be looked up now. */
export function toUserStanding(
  written: CommandResult<User>,
  command: Command<unknown>,
  issuedTokens?: readonly IssuedToken[] | null,
): VersionedResult<UserStanding> {
  const { state, changed, position, revision, at = command.context.at } = written;
  if (state.status === 'absent') return new VersionedResult({ changed }, position);
  const { account } = command.context;
  const departure = accountOf(state) === account ? undefined : state.departures[account!];
  const { locks, keptRoles } = departure ?? { locks: state.locks, keptRoles: state.roles };
  const shown = locksAt(locks, at).map(({ cause, reason, until }) => ({ cause, reason, until }));
  return new VersionedResult(
    {
      status: departure?.act ?? state.status,
      locks: shown,
      changed,
      ...(actOf(command).response === 'statusAndKeptRoles' && { keptRoles }),
      ...(issuedTokens !== undefined && { issuedTokens }),
    },
    position,
    revision,
  );
}
