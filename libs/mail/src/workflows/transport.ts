import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport, type PluginFunction, type SendMailOptions } from 'nodemailer';
import type { Mail } from '#libs/vault';
import { needsSmtpUtf8 } from '../domain/recipient.js';
import { checkRecipient } from './check-recipient.js';
import type { Message } from './compose.js';
import { SmtpUtf8Transport } from './smtputf8.js';

/** The sender of all mails. */
export interface SenderAddress {
  readonly name: string;
  readonly address: string;
}

/** Sends mails. */
export interface MailTransport {
  /** How many mails may be sent at the same time. */
  readonly concurrency: number;
  /**
   * Sends a mail. Returns once it was accepted, with the name of the file if it was written to one. Throws
   * `UndeliverableError` if it would go to another address than the recorded one, else the errors of nodemailer or the file
   * system.
   */
  deliver(mail: Mail, message: Message, at: Date): Promise<string | undefined>;
  /** Closes the connections; mails that are being sent fail. */
  close(): void;
}

/**
 * Creates a transport to a mail server.
 * @param url `smtps://…`, or `smtp://…`, which uses TLS if the server offers it
 * @param needsTls whether to fail if the server does not offer TLS, also for `smtp://…`
 */
export function smtpTransport(url: string, from: SenderAddress, { needsTls }: { needsTls: boolean }): MailTransport {
  const seconds = 1_000;
  const concurrency = 4;
  const mailer = createTransport({
    url: needsTls ? requireTls(url) : url,
    pool: true,
    maxConnections: concurrency,
    // The mail process retries, and keeps count in the outbox.
    maxRequeues: 0,
    connectionTimeout: 10 * seconds,
    greetingTimeout: 10 * seconds,
    socketTimeout: 30 * seconds,
    ...noAccess,
  });
  const utf8Mailer = createTransport(new SmtpUtf8Transport(mailer.options));
  for (const each of [mailer, utf8Mailer]) each.use('stream', checkRecipientPlugin(from));
  return {
    concurrency,
    async deliver(mail, message, at) {
      const isUtf8 = [from.address, message.to.address].some(needsSmtpUtf8);
      await (isUtf8 ? utf8Mailer : mailer).sendMail(toNodemailerMail(mail, message, from, at));
      return undefined;
    },
    close: () => mailer.close(),
  };
}

/** Adds the requirement to the URL, since nodemailer prefers options there to all others. */
function requireTls(url: string): string {
  const result = new URL(url);
  result.searchParams.set('requireTLS', 'true');
  return result.href;
}

/** Creates a transport that writes mails to files in a directory, for installations without a mail server. Only the user that runs Rollbook may read them. */
export function fileTransport(directory: string, from: SenderAddress): MailTransport {
  const mailer = createTransport({ streamTransport: true, buffer: true, newline: 'windows', ...noAccess });
  mailer.use('stream', checkRecipientPlugin(from));
  return {
    // There is no network to wait for, and adding thousands of users must not wait for their mails.
    concurrency: 1,
    async deliver(mail, message, at) {
      const readable = {
        text: toReadablePart('text/plain', message.text),
        html: toReadablePart('text/html', message.html),
      };
      const { message: bytes } = await mailer.sendMail({ ...toNodemailerMail(mail, message, from, at), ...readable });
      await mkdir(directory, { recursive: true, mode: 0o700 });
      // A mail that is written again gets the same name.
      const file = join(
        directory,
        `${new Date(mail.since).toISOString().replaceAll(':', '-')}-${mail.kind}-${mail.id.slice(0, 8)}.eml`,
      );
      await writeFile(`${file}.new`, bytes as Buffer, { mode: 0o600 });
      await rename(`${file}.new`, file);
      return file;
    },
    close: () => {},
  };
}

/** Returns a part of the message without quoted-printable, which would break its link: people read these files in an editor. */
const toReadablePart = (type: string, content: string) => ({
  raw: `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${content.replace(/\r?\n/g, '\r\n')}`,
});

/** nodemailer must not read attachments from files or from other hosts. */
const noAccess = { disableFileAccess: true, disableUrlAccess: true } as const;

/** Returns a plugin that checks the recipient of each message after nodemailer has built it. */
const checkRecipientPlugin =
  (from: SenderAddress): PluginFunction =>
  ({ message, data }, done) =>
    done(checkRecipient(message, { from: from.address, to: (data.to as Message['to']).address }));

const toNodemailerMail = (
  { id }: Mail,
  { to, subject, text, html }: Message,
  from: SenderAddress,
  date: Date,
): SendMailOptions => ({
  from: { ...from },
  to: { ...to },
  // Not taken from the headers, so that no name can add a recipient; objects, so that nodemailer does not parse the addresses.
  envelope: { from: { name: '', address: from.address }, to: [{ name: '', address: to.address }] },
  subject,
  text,
  html,
  date,
  // Constant, so that mail programs recognise a mail that was sent twice.
  messageId: `<${id}@${from.address.split('@').at(-1)}>`,
  headers: { 'Auto-Submitted': 'auto-generated' },
  xMailer: false,
});
