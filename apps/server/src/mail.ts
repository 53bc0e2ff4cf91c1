import { Logger } from '@nestjs/common';
import type { Clock } from '#libs/http';
import { MailProcess, fileTransport, smtpTransport } from '#libs/mail';
import type { Config } from './config.js';
import type { Stores } from './open-stores.js';
import { mailLog } from './problem-log.js';

/** Creates the process that sends mails to SMTP_URL, or writes them to files in MAIL_DIR. */
export function createMailProcess(
  { smtpUrl, smtpNeedsTls, mailFrom, mailDir, approvalNoticeDelay }: Config,
  { store, vault }: Stores,
  clock: Clock,
): MailProcess {
  return new MailProcess({
    store,
    vault,
    transport: smtpUrl
      ? smtpTransport(smtpUrl, mailFrom, { needsTls: smtpNeedsTls })
      : fileTransport(mailDir, mailFrom),
    now: () => clock.now(),
    approvalNoticeDelay,
    sleep: (ms, signal) => clock.sleep(ms, signal),
    report: mailLog(new Logger('Mail')),
  });
}

/** Returns the base URL of links in mails: PUBLIC_URL, else `url`, where the server listens. */
export function linkBaseUrl({ publicUrl, host }: Config, url: string): string {
  if (publicUrl !== undefined) return publicUrl;
  const everywhere = host === '0.0.0.0' || host === '::';
  return everywhere ? `http://localhost:${new URL(url).port}` : url;
}
