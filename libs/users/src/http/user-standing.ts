import type { CommandResult } from '#libs/event-store';
import { VersionedResult, type Command } from '#libs/kernel';
import { actOf } from '../domain/user.acts.js';
import { accountOf, locksInForce, type User } from '../domain/user.state.js';
import type { IssuedToken, UserStanding } from '../domain/results.js';

/** Returns the response to a command on a user: the user as the account sees them. `issuedTokens: null`: they can not be looked up now. */
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
  const shown = locksInForce(locks, at).map(({ cause, reason, until }) => ({ cause, reason, until }));
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
