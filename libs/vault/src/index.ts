export { loadVaultKey } from './vault-key.js';
export { vaultExists } from './vault-file.js';
export * from './vault.js';
export { type Session } from './sessions.js';
