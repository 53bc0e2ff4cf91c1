import type { AuthenticationMethod, Session } from '#libs/vault';
import type { LogIn } from '../domain/session.commands.js';
import type { Callers } from './callers.js';
import type { ComparisonServices } from './compare-password.js';
import { logIn, loginFailed, type LoggedIn } from './log-in.js';

/** Somebody who has shown who they are: what their session is begun with. */
export interface Entered extends Pick<Session, 'holder' | 'kind' | 'revision' | 'authenticatedBy'> {
  /** In the log, of what their coming has written. */
  readonly position?: number;
}

/** Lets in a user with a password, or an operator with a token. Throws `login.failed`. */
export async function enter(
  services: ComparisonServices & { readonly callers: Callers },
  { email, password, token, issuance }: LogIn,
): Promise<Entered> {
  if (email !== undefined && password !== undefined)
    return asUser(await logIn(services, { email, password, issuance }), 'password');
  const bearer = token === undefined ? undefined : await services.callers.find(token, 'now');
  // A user's or a service's token opens the API, to programs.
  if (bearer?.actor.kind !== 'operator') throw loginFailed();
  return { holder: bearer.via!, kind: 'access-token', revision: 0, authenticatedBy: 'token' };
}

export const asUser = ({ userId, ...where }: LoggedIn, authenticatedBy: AuthenticationMethod): Entered => ({
  holder: userId,
  kind: 'user',
  authenticatedBy,
  ...where,
});
