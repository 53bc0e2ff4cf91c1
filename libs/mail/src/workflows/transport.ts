import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport, type PluginFunction, type SendMailOptions } from 'nodemailer';
import type { Mail } from '#libs/vault';
import { needsSmtpUtf8 } from '../domain/recipient.js';
import { checkRecipient } from './check-recipient.js';
import type { Message } from './compose.js';
import { SmtpUtf8Transport } from './smtputf8.js';

/** Who mails come from. */
export interface SenderAddress {
  readonly name: string;
  readonly address: string;
}

/** Takes mails to where they are read. */
export interface MailTransport {
  /** How many mails are under way at once. */
  readonly concurrency: number;
  /**
   * Resolves once it is taken on, to the file that it is in, if it is in one. Throws `Undeliverable` where it would not go
   * exactly to the recorded address, else what nodemailer or the file system throws.
   */
  deliver(mail: Mail, message: Message, at: Date): Promise<string | undefined>;
  /** Breaks off what is under way. */
  close(): void;
}

/** To a mail server. `url`: `smtps://…`, or `smtp://…` with TLS as soon as the server offers it; `needsTls`: over TLS or not at all, whatever the URL says. */
export function smtpTransport(url: string, from: SenderAddress, { needsTls }: { needsTls: boolean }): MailTransport {
  const seconds = 1_000;
  const concurrency = 4;
  const mailer = createTransport({
    url: needsTls ? overTls(url) : url,
    pool: true,
    maxConnections: concurrency,
    // What fails is tried again by the process, which remembers it.
    maxRequeues: 0,
    connectionTimeout: 10 * seconds,
    greetingTimeout: 10 * seconds,
    socketTimeout: 30 * seconds,
    ...noAccess,
  });
  const utf8Mailer = createTransport(new SmtpUtf8Transport(mailer.options));
  for (const each of [mailer, utf8Mailer]) each.use('stream', checking(from));
  return {
    concurrency,
    async deliver(mail, message, at) {
      const isUtf8 = [from.address, message.to.address].some(needsSmtpUtf8);
      await (isUtf8 ? utf8Mailer : mailer).sendMail(envelopeOf(mail, message, from, at));
      return undefined;
    },
    close: () => mailer.close(),
  };
}

/** In the URL, since nodemailer takes the options there before all others; this one comes before its other options about TLS. */
function overTls(url: string): string {
  const at = new URL(url);
  at.searchParams.set('requireTLS', 'true');
  return at.href;
}

/** To files in a directory, for those who have no mail server yet: only whoever runs Rollbook reads them. */
export function fileTransport(directory: string, from: SenderAddress): MailTransport {
  const mailer = createTransport({ streamTransport: true, buffer: true, newline: 'windows', ...noAccess });
  mailer.use('stream', checking(from));
  return {
    // There is nothing to wait for, and whoever adds thousands of users at once wants them first.
    concurrency: 1,
    async deliver(mail, message, at) {
      const readable = { text: asWritten('text/plain', message.text), html: asWritten('text/html', message.html) };
      const { message: bytes } = await mailer.sendMail({ ...envelopeOf(mail, message, from, at), ...readable });
      await mkdir(directory, { recursive: true, mode: 0o700 });
      // The same mail takes the same name, however often it is written.
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

/** A part that is read in an editor, too: quoted-printable would break its link in pieces. */
const asWritten = (type: string, content: string) => ({
  raw: `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${content.replace(/\r?\n/g, '\r\n')}`,
});

/** A mail never takes anything from this machine's files or from other hosts with it. */
const noAccess = { disableFileAccess: true, disableUrlAccess: true } as const;

/** Checks each message after nodemailer has built it, before it is sent. */
const checking =
  (from: SenderAddress): PluginFunction =>
  ({ message, data }, done) =>
    done(checkRecipient(message, { from: from.address, to: (data.to as Message['to']).address }));

const envelopeOf = (
  { id }: Mail,
  { to, subject, text, html }: Message,
  from: SenderAddress,
  date: Date,
): SendMailOptions => ({
  from: { ...from },
  to: { ...to },
  // Apart from the headers, so that no name adds a recipient; as objects, so that nodemailer does not parse the addresses.
  envelope: { from: { name: '', address: from.address }, to: [{ name: '', address: to.address }] },
  subject,
  text,
  html,
  date,
  // The same each time, so that a mail which is sent twice is recognised.
  messageId: `<${id}@${from.address.split('@').at(-1)}>`,
  headers: { 'Auto-Submitted': 'auto-generated' },
  xMailer: false,
});
