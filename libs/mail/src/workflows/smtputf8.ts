import type { MailMessage, SentMessageInfo, SMTPPoolOptions, Transport } from 'nodemailer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import { UndeliverableError } from '../domain/recipient.js';

type Done = (error: Error | null, info?: SentMessageInfo) => void;

/**
 * Sends each mail over its own connection, and only if the server supports SMTPUTF8 (RFC 6531). nodemailer's own transports
 * send UTF-8 addresses to any server; a server without the extension may deliver to another mailbox.
 */
export class SmtpUtf8Transport implements Transport {
  readonly name = 'SMTPUTF8';
  readonly version = '1';

  constructor(private readonly options: SMTPPoolOptions) {}

  /** Sends a mail over a new connection, then calls `callback`; with the error `address.needs-smtputf8` if the server does not offer SMTPUTF8. */
  send(mail: MailMessage, callback: Done): void {
    const connection = new SMTPConnection(this.options);
    const done = once((error: Error | null, info?: SentMessageInfo) => {
      connection.close();
      callback(error, info);
    });
    connection.on('error', done);
    connection.once('end', () => done(Object.assign(new Error('The connection was closed.'), { code: 'ECONNECTION' })));
    connection.connect((error) => {
      if (error) return done(error);
      if (!/^250[ -]SMTPUTF8\b/im.test(connection.lastServerResponse || ''))
        return done(new UndeliverableError('address.needs-smtputf8'));
      this.logIn(connection, (refused) => (refused ? done(refused) : transmit(connection, mail, done)));
    });
  }

  private logIn(connection: SMTPConnection, done: (error: Error | null) => void): void {
    const { auth } = this.options;
    if (auth && connection.allowsAuth) connection.login({ ...auth }, done);
    else done(null);
  }
}

function transmit(connection: SMTPConnection, { message }: MailMessage, done: Done): void {
  const envelope = message.getEnvelope();
  connection.send(envelope, message.createReadStream(), (error, info) =>
    done(error, info && { ...info, envelope, messageId: message.messageId() }),
  );
}

/** Returns a function that calls `callback` the first time only. */
function once<A extends unknown[]>(callback: (...values: A) => void): (...values: A) => void {
  let isDone = false;
  return (...values) => {
    if (isDone) return;
    isDone = true;
    callback(...values);
  };
}
