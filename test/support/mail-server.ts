import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { callbackify } from 'node:util';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';

/** A received mail, with the recipients of its SMTP envelope. */
export interface ReceivedMail extends ParsedMail {
  readonly recipients: readonly string[];
  /** Whether the connection used TLS. */
  readonly secure: boolean;
}

/** An SMTP server that keeps the mails that it receives, and that can be stopped and started. */
export class TestMailServer {
  readonly mails: ReceivedMail[] = [];
  /** Run before a mail is accepted, and before the response is sent: the sender waits until they resolve. */
  beforeAccepting: (mail: ReceivedMail) => Promise<void> = async () => {};
  beforeResponding: (mail: ReceivedMail) => Promise<void> = async () => {};
  /** If set, every recipient is refused with this text. */
  refusal: ((address: string) => string) | undefined;
  private server: SMTPServer | undefined;
  private port = 0;

  /** `hideSMTPUTF8`: does not offer addresses outside ASCII; `hideSTARTTLS` (default): does not offer TLS. */
  private constructor(private readonly options: { readonly hideSMTPUTF8?: boolean; readonly hideSTARTTLS?: boolean }) {}

  static async open(
    options: { readonly hideSMTPUTF8?: boolean; readonly hideSTARTTLS?: boolean } = {},
  ): Promise<TestMailServer> {
    const server = new TestMailServer(options);
    await server.start();
    return server;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** Waits until `count` mails with such a subject were sent to this address; returns them. */
  async waitForMails(address: string, subject = /./, count = 1): Promise<ReceivedMail[]> {
    return pollUntilDefined(() => {
      const found = this.mails.filter(
        ({ recipients, subject: of }) => recipients.includes(address) && subject.test(of ?? ''),
      );
      return found.length >= count ? found : undefined;
    });
  }

  /** Stops accepting connections. */
  async stop(): Promise<void> {
    await new Promise<void>((resolve) => this.server!.close(resolve));
  }

  /** Accepts connections, on the same port as before. */
  async start(): Promise<void> {
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
        await this.beforeAccepting(mail);
        this.mails.push(mail);
        await this.beforeResponding(mail);
      }),
    });
    this.server.on('error', () => {}); // a sender that is killed
    await new Promise<void>((resolve) => this.server!.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.server.address() as AddressInfo).port;
  }
}

/** Calls `ask` every 25 ms until it returns a value; returns that value. */
export async function pollUntilDefined<T>(ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await pause(25);
  }
}

/** Returns the secret of the password link in a mail. */
export const linkSecretIn = ({ text }: ParsedMail): string => /\/set-password#(\S+)/.exec(text!)![1]!;
