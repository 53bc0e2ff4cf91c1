export * from './mail.module.js';
export { MailProcess, type MailHealth } from './workflows/mail-process.js';
export { fileTransport, smtpTransport, type Sender as MailSender, type Transport } from './workflows/transport.js';
