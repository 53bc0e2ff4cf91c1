import { timingSafeEqual } from 'node:crypto';
import type { Vault } from '#libs/vault';

/** Whose password a link sets, and which request gave rise to it. */
export interface PasswordLinkData {
  readonly userId: string;
  readonly requestId: string;
}

/**
 * The secret of a mailed link, `<user>.<request>.<seal>`. It is made anew from the vault whenever it is needed, so that it
 * lies nowhere and a mail that is sent again holds the same. Whether it still works, the user's stream says.
 */
export const createPasswordLink = (vault: Pick<Vault, 'hmac'>, { userId, requestId }: PasswordLinkData): string =>
  `${userId}.${requestId}.${seal(vault, userId, requestId).toString('base64url')}`;

const form = /^([0-9a-f-]{36})\.([0-9a-f-]{36})\.([\w-]{43})$/;

/** What a link says, if it is one of ours. */
export function verifyPasswordLink(vault: Pick<Vault, 'hmac'>, link: string): PasswordLinkData | undefined {
  const [, userId, requestId, shown] = form.exec(link) ?? [];
  if (!userId || !requestId || !shown) return undefined;
  return timingSafeEqual(Buffer.from(shown, 'base64url'), seal(vault, userId, requestId))
    ? { userId, requestId }
    : undefined;
}

const seal = (vault: Pick<Vault, 'hmac'>, userId: string, request: string): Buffer =>
  Buffer.from(vault.hmac('link', `${userId}/${request}`), 'hex');
