import { timingSafeEqual } from 'node:crypto';
import type { Vault } from '#libs/vault';

/** The user whose password a link sets, and the id of the command that requested it. */
export interface PasswordLinkData {
  readonly userId: string;
  readonly requestId: string;
}

/**
 * Returns the secret of a mailed link, `<userId>.<requestId>.<signature>`. It is computed whenever it is needed, so that
 * it is stored nowhere and a repeated mail has the same link. The user's stream says whether it is still valid.
 */
export const createPasswordLink = (vault: Pick<Vault, 'hmac'>, { userId, requestId }: PasswordLinkData): string =>
  `${userId}.${requestId}.${signatureOf(vault, userId, requestId).toString('base64url')}`;

const form = /^([0-9a-f-]{36})\.([0-9a-f-]{36})\.([\w-]{43})$/;

/** Checks the signature of a link. Returns its data, or undefined if this installation did not sign it. */
export function verifyPasswordLink(vault: Pick<Vault, 'hmac'>, link: string): PasswordLinkData | undefined {
  const [, userId, requestId, shown] = form.exec(link) ?? [];
  if (!userId || !requestId || !shown) return undefined;
  return timingSafeEqual(Buffer.from(shown, 'base64url'), signatureOf(vault, userId, requestId))
    ? { userId, requestId }
    : undefined;
}

const signatureOf = (vault: Pick<Vault, 'hmac'>, userId: string, request: string): Buffer =>
  Buffer.from(vault.hmac('link', `${userId}/${request}`), 'hex');
