import { noObserver, type StoreObserver } from '#libs/kernel';
import { loadVaultKey, vaultInDirectory, vaultInPostgresql, type VaultPlace } from '#libs/vault';
import type { Config } from './config.js';

/** Returns where the settings say that the vault is. `observer` is told when its database can't be used, and when it can again. */
export function vaultPlace(config: Config, observer: StoreObserver = noObserver): VaultPlace {
  const { stateUrl: url, dataDir, queryTimeout } = config;
  return url === undefined
    ? vaultInDirectory(dataDir)
    : vaultInPostgresql({ url, limitMs: queryTimeout * 1_000, observer });
}

/**
 * Loads the vault key of the settings.
 * @param options.create whether to create it where there is none; never for a vault that servers share
 * @throws Error of one line, which never contains the key
 */
export const loadKey = ({ vaultKey, vaultKeyFile, stateUrl }: Config, options: { create: boolean }): Buffer =>
  loadVaultKey({
    ...(vaultKey && { value: vaultKey }),
    file: vaultKeyFile,
    create: options.create && stateUrl === undefined,
  });
