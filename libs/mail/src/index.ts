export * from './mail.module.js';
export { MailProcess } from './workflows/mail-process.js';
export { fileTransport, smtpTransport } from './workflows/transport.js';
export { mailRefusals } from './domain/mail.refusals.js';
