import type { RequestDigests } from '#libs/http';
import type { Vault } from '#libs/vault';

/** Returns digests of requests under the keys of a vault. */
export const requestDigestsOf = (vault: Pick<Vault, 'hmac'>): RequestDigests => ({
  compute: (target, body) => `2:${vault.hmac('request', JSON.stringify([target, body]))}`,
  computeEarlier: (body) => vault.hmac('digest', body),
});
