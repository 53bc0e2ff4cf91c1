import { Refusal } from '#libs/kernel';

/** What a session is authenticated with: a user's password, or an operator's access token. */
export type Credential = 'password' | 'token';

/**
 * Checks that the caller's session was authenticated recently enough for a sensitive command.
 * @throws Refusal `access.reauthenticate`
 */
export function checkRecentlyAuthenticated({ reauthenticateWith }: { readonly reauthenticateWith?: Credential }): void {
  if (!reauthenticateWith) return;
  const detail = `This session was authenticated too long ago for this: show the ${reauthenticateWith} again, then repeat the request.`;
  throw new Refusal('access.reauthenticate', 'forbidden', detail, [{ action: 'Reauthenticate', params: {} }], {
    with: reauthenticateWith,
  });
}
