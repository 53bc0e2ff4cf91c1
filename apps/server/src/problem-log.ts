import type { Logger } from '@nestjs/common';
import type { MailProcess } from '#libs/mail';
import type { ProjectionProblem } from '#libs/read-store';

type MailReport = ConstructorParameters<typeof MailProcess>[0]['report'];

/** Logs that an event can not be projected, with where and why as parameters of the line. */
export function logProjectionProblem(logger: Pick<Logger, 'error'>, problem: ProjectionProblem): void {
  logger.error('An event can not be projected.', { ...problem });
}

/** Returns the log of a mail process: files that were written, mails that could not be sent, and problems of the process. */
export function mailLog(logger: Pick<Logger, 'log' | 'warn' | 'error'>): MailReport {
  return {
    written: (count, file) =>
      logger.log(count === 1 ? `A mail is in ${file}` : `${count} mails were written, the last of them is ${file}`),
    failed: ({ id, kind }, problem, parked) =>
      parked
        ? logger.error('A mail was given up.', { id, kind, problem })
        : logger.warn('A mail could not be sent; it is tried again for a day.', { id, kind, problem }),
    halted: (problem) => logger.error('The mails to send can not be determined.', { problem }),
  };
}
