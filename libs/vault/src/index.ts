export { backupMac } from './backup-mac.js';
export { loadVaultKey, parseVaultKey } from './vault-key.js';
export { vaultExists } from './vault-file.js';
export * from './vault.js';
export type { AuthenticationMethod, Session } from './sessions.js';
export type { Mail, Mails, Outcome } from './mails.js';
export type { Waiting } from './waiting.js';
