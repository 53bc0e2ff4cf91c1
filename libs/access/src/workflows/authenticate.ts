import type { AuthenticationMethod, Session } from '#libs/vault';
import type { LogIn } from '../domain/session.commands.js';
import type { TokenAuthenticator } from './token-authenticator.js';
import type { ComparePasswordDependencies } from './compare-password.js';
import { logIn, loginFailed, type LoggedIn } from './log-in.js';

/** Somebody who has shown who they are: what their session is begun with. */
export interface Authenticated extends Pick<Session, 'holder' | 'kind' | 'revision' | 'authenticatedBy'> {
  /** In the log, of what their coming has written. */
  readonly position?: number;
}

/** Lets in a user with a password, or an operator with a token. Throws `login.failed`. */
export async function authenticate(
  services: ComparePasswordDependencies & { readonly tokenAuthenticator: TokenAuthenticator },
  { email, password, token, context }: LogIn,
): Promise<Authenticated> {
  if (email !== undefined && password !== undefined)
    return toAuthenticatedUser(await logIn(services, { email, password, context }), 'password');
  const principal = token === undefined ? undefined : await services.tokenAuthenticator.findPrincipal(token, 'fresh');
  // A user's or a service's token opens the API, to programs.
  if (principal?.actor.kind !== 'operator') throw loginFailed();
  return { holder: principal.tokenId!, kind: 'access-token', revision: 0, authenticatedBy: 'token' };
}

export const toAuthenticatedUser = (
  { userId, ...where }: LoggedIn,
  authenticatedBy: AuthenticationMethod,
): Authenticated => ({
  holder: userId,
  kind: 'user',
  authenticatedBy,
  ...where,
});
