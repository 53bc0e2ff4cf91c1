export { backupMac } from './backup-mac.js';
export { loadVaultKey, parseVaultKey } from './vault-key.js';
export { openVault, openVaultForReading } from './open-vault.js';
export { vaultExists } from './vault-file.js';
export * from './vault.js';
export type { Statement } from './engine/engine.js';
export type { ApprovalNotice } from './approval-notices.js';
export type { AuthenticationMethod, Session } from './session-store.js';
export type { Mail, MailOutbox, Outcome } from './mail-outbox.js';
