import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import type { Clock } from '#libs/http';
import { MailProcess, fileTransport, smtpTransport } from '#libs/mail';
import type { Config } from './config.js';
import type { Stores } from './parts.js';

/** The process that sends mails: to SMTP_URL, else into files under DATA_DIR. */
export function mailProcess(
  { smtpUrl, smtpNeedsTls, mailFrom, dataDir }: Config,
  { store, vault }: Stores,
  clock: Clock,
): MailProcess {
  const logger = new Logger('Mail');
  return new MailProcess({
    store,
    vault,
    transport: smtpUrl
      ? smtpTransport(smtpUrl, mailFrom, { needsTls: smtpNeedsTls })
      : fileTransport(join(dataDir, 'mail'), mailFrom),
    now: () => clock.now(),
    report: {
      written: (count, file) =>
        logger.log(count === 1 ? `A mail is in ${file}` : `${count} mails were written, the last of them is ${file}`),
      failed: ({ id, kind }, problem, parked) =>
        parked
          ? logger.error({ id, kind, problem }, 'a mail was given up')
          : logger.warn({ id, kind, problem }, 'a mail could not be sent; it is tried again for a day'),
      halted: (problem) => logger.error({ problem }, 'what mails are owed can not be told'),
    },
  });
}

/** Where the links in mails lead: PUBLIC_URL, else where the server listens (`url`). */
export function linksTo({ publicUrl, host }: Config, url: string): string {
  if (publicUrl !== undefined) return publicUrl;
  const everywhere = host === '0.0.0.0' || host === '::';
  return everywhere ? `http://localhost:${new URL(url).port}` : url;
}
