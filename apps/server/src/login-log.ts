import { Logger } from '@nestjs/common';
import { RateLimit } from '#libs/kernel';

/** The commands that authenticate a user, or request a link that does. */
const logins = new Set(['LogIn', 'ChangePassword', 'Reauthenticate', 'RequestPasswordLink', 'FollowPasswordLink']);

/**
 * Tells the server's log of logins that failed or were refused: which command, and the code of the refusal. Who was meant and
 * who asked stays out, so that known and unknown addresses read alike.
 */
export class LoginLog {
  /** Strangers must not fill the log: lines a minute; default, not configurable. */
  private readonly lines: RateLimit;
  private unlogged = 0;

  constructor(
    now: () => Date,
    private readonly logger: Pick<Logger, 'warn'> = new Logger('Logins'),
  ) {
    this.lines = new RateLimit({ limit: 60, window: 60_000, now });
  }

  /** Logs the refusal of a command in {@link logins}; ignores other commands. Logs at most 60 lines a minute, and counts those it leaves out in the next line. */
  logRefusal(command: string, code: string): void {
    if (!logins.has(command)) return;
    if (this.lines.take('') !== undefined) {
      this.unlogged++;
      return;
    }
    this.logger.warn({ command, code, ...(this.unlogged > 0 && { unloggedBefore: this.unlogged }) });
    this.unlogged = 0;
  }
}
