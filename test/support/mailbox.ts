import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { callbackify } from 'node:util';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';

/** A mail as it was received: to whom the server was told to take it, and what is in it. */
export interface Received extends ParsedMail {
  readonly recipients: readonly string[];
  /** Whether it came over TLS. */
  readonly secure: boolean;
}

/** A real mail server that keeps what it gets, and that can be away. */
export class Mailbox {
  readonly mails: Received[] = [];
  /** Before a mail is taken on, and between that and the answer: whoever sends it waits until this resolves. */
  before: (mail: Received) => Promise<void> = async () => {};
  after: (mail: Received) => Promise<void> = async () => {};
  /** Why it refuses whomever a mail is for. */
  refusal: ((address: string) => string) | undefined;
  private server: SMTPServer | undefined;
  private port = 0;

  /** `hideSMTPUTF8`: it does not say that it takes addresses outside ASCII; `hideSTARTTLS`: nor TLS, the default. */
  private constructor(private readonly options: { readonly hideSMTPUTF8?: boolean; readonly hideSTARTTLS?: boolean }) {}

  static async open(
    options: { readonly hideSMTPUTF8?: boolean; readonly hideSTARTTLS?: boolean } = {},
  ): Promise<Mailbox> {
    const box = new Mailbox(options);
    await box.comeBack();
    return box;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** What was sent to this address, as soon as it is `count` mails; with a subject like this. */
  async to(address: string, subject = /./, count = 1): Promise<Received[]> {
    return eventually(() => {
      const found = this.mails.filter(
        ({ recipients, subject: of }) => recipients.includes(address) && subject.test(of ?? ''),
      );
      return found.length >= count ? found : undefined;
    });
  }

  /** Takes no connection any more. */
  async goAway(): Promise<void> {
    await new Promise<void>((resolve) => this.server!.close(resolve));
  }

  async comeBack(): Promise<void> {
    this.server = new SMTPServer({
      ...this.options,
      disabledCommands: this.options.hideSTARTTLS === false ? [] : ['STARTTLS'],
      authOptional: true,
      allowInsecureAuth: true,
      onAuth: (_, __, callback) => callback(null, { user: 'anybody' }),
      onRcptTo: ({ address }, _, callback) =>
        callback(this.refusal && Object.assign(new Error(this.refusal(address)), { responseCode: 550 })),
      closeTimeout: 50,
      onData: callbackify(async (stream: SMTPServerDataStream, { envelope, secure }: SMTPServerSession) => {
        const mail = {
          ...(await simpleParser(stream)),
          recipients: envelope.rcptTo.map(({ address }) => address),
          secure,
        };
        await this.before(mail);
        this.mails.push(mail);
        await this.after(mail);
      }),
    });
    this.server.on('error', () => {}); // a sender that is killed
    await new Promise<void>((resolve) => this.server!.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.server.address() as AddressInfo).port;
  }
}

/** Asks again until there is an answer. */
export async function eventually<T>(ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await pause(25);
  }
}

/** The secret of the link in a mail. */
export const linkIn = ({ text }: ParsedMail): string => /\/set-password#(\S+)/.exec(text!)![1]!;
