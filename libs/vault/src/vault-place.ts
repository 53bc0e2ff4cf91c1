import { createSecretKey } from 'node:crypto';
import { connectPostgresql, type PostgresqlOptions } from './engine/open-postgresql.js';
import { checkIsMigrated, hasState, prepareState } from './engine/postgresql-version.js';
import { loadVault, newVaultStatements, openVault, openVaultForReading } from './open-vault.js';
import { vaultExists } from './vault-file.js';
import type { Vault } from './vault.js';

/** Where the vault of an installation is kept. */
export interface VaultPlace {
  /** Completes the sentence "The vault is missing from …". */
  readonly name: string;
  /** Returns whether there is a vault. */
  exists(): Promise<boolean>;
  /**
   * Opens the vault.
   * @param options.key 32 bytes that wrap every secret in it
   * @param options.create whether to create a vault where there is none
   * @throws Error of one line: no vault and not to be created, created with another key, or not a vault; StoreUnavailable
   */
  open(options: { readonly key: Buffer; readonly create: boolean }): Promise<Vault>;
  /** Opens the vault for reading, also while servers use it. */
  openForReading(options: { readonly key: Buffer }): Promise<Vault>;
}

/** The vault in the file `vault.db` of a directory. */
export const vaultInDirectory = (directory: string): VaultPlace => ({
  name: directory,
  exists: async () => vaultExists(directory),
  open: ({ key, create }) => openVault({ directory, key, create }),
  openForReading: ({ key }) => openVaultForReading({ directory, key }),
});

/** The vault in a PostgreSQL database, which several servers share. */
export const vaultInPostgresql = (options: PostgresqlOptions): VaultPlace => ({
  name: 'the database of STATE_URL',
  async exists() {
    const { pool } = await connectPostgresql(options);
    try {
      return await hasState(pool, options.limitMs);
    } finally {
      await pool.end();
    }
  },
  async open({ key, create }) {
    const { pool, engine } = await connectPostgresql(options);
    try {
      const vaultKey = createSecretKey(key);
      await prepareState(pool, options.limitMs, create ? () => newVaultStatements(vaultKey) : undefined);
      return await loadVault(engine, vaultKey);
    } catch (error) {
      await engine.close();
      throw error;
    }
  },
  async openForReading({ key }) {
    const { pool, engine } = await connectPostgresql({ ...options, isReadOnly: true });
    try {
      await pool.withConnection(options.limitMs, checkIsMigrated);
      return await loadVault(engine, createSecretKey(key));
    } catch (error) {
      await engine.close();
      throw error;
    }
  },
});
