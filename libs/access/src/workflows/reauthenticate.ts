import { Refusal } from '#libs/kernel';
import type { Reauthenticate } from '../domain/session.commands.js';
import type { TokenAuthenticator } from './token-authenticator.js';
import type { ComparePasswordDependencies } from './compare-password.js';
import { checkOwnPassword } from './own-password.js';

/**
 * Checks the credential of a session's holder again: a user's password, or the access token with which an operator
 * started the session. Throws `password.wrong`, which counts as a failed login; `token.wrong`.
 */
export async function reauthenticate(
  services: ComparePasswordDependencies & { readonly tokenAuthenticator: Pick<TokenAuthenticator, 'findPrincipal'> },
  { password, token, context }: Reauthenticate,
): Promise<void> {
  if (context.actor.kind === 'user') {
    if (password === undefined) throw missing('password');
    await checkOwnPassword(services, password, context);
    return;
  }
  if (token === undefined) throw missing('token');
  const shown = await services.tokenAuthenticator.findPrincipal(token, 'fresh');
  if (!shown || shown.tokenId !== context.tokenId)
    throw new Refusal('token.wrong', 'forbidden', 'This is not the access token that the session began with.');
}

const missing = (field: string) =>
  new Refusal('request.invalid', 'invalid', 'The request has fields that can not be used.', [], {
    errors: [{ field, message: `${field} is missing` }],
  });
