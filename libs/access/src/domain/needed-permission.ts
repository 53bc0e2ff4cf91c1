import type { Permission } from '#libs/authorization';
import { Refusal } from '#libs/kernel';
import type { Principal } from './principal.js';

/** What a request needs; undefined: its route declares nothing, so it is refused. */
export type NeededPermission = Permission | 'authenticated' | undefined;

/**
 * Returns whether a principal may send a request whose route declares that it needs this. Sessions, and tokens from before
 * the permission `me:write` existed, have `me:write` without a scope.
 */
export function isPermitted(
  { permissions, session, isFromBeforeMeWrite }: Pick<Principal, 'permissions' | 'session' | 'isFromBeforeMeWrite'>,
  needed: NeededPermission,
): boolean {
  if (needed === undefined || needed === 'authenticated') return needed !== undefined;
  return permissions.has(needed) || (needed === 'me:write' && (session !== undefined || isFromBeforeMeWrite === true));
}

/** Checks that a principal may send a request. Throws `access.forbidden`, or `access.unnamed` if its route declares no permission. */
export function checkPermission(needed: NeededPermission, principal: Parameters<typeof isPermitted>[0]): void {
  if (!needed) throw new Refusal('access.unnamed', 'forbidden', 'This route declares no permission, so it is refused.');
  if (isPermitted(principal, needed)) return;
  throw new Refusal(
    'access.forbidden',
    'forbidden',
    `This needs ${needed}, which your token or your roles do not give.`,
    [],
    { needs: needed },
  );
}
