import { IsIP, IsISO8601 } from 'class-validator';
import {
  Command,
  Line,
  Optional,
  Refusal,
  eventsOf,
  type Catalogue,
  type CommandContext,
  type Decider,
  type DomainEvent,
  type VersionedResult,
} from '#libs/kernel';
import type { RecordedLogin } from './results.js';

/** When one user logged in, apart from the other events of the user. The stream's id is the user's. */
export type LoginEvent =
  /** The user logged in. */
  | DomainEvent<
      'UserLoggedIn',
      {
        /** How: `password`, `oidc`, … */
        method: string;
        /** When; another system may report a login later. */
        at: string;
      }
    >
  /** Somebody tried to log in as the user with a wrong password. */
  | DomainEvent<
      'LoginFailed',
      {
        /** How: `password`, … */
        method: string;
        at: string;
      }
    >;

export const loginEvent = eventsOf<LoginEvent>();

/** The IP address belongs to the user who logged in, not to the service that reports the login. It is kept for a limited time. */
export const loginEvents: Catalogue<LoginEvent> = { UserLoggedIn: { ip: 'period' }, LoginFailed: { ip: 'period' } };

/** Records a login of a user, which a service reports. */
export class RecordLogin extends Command<RecordLogin, VersionedResult<RecordedLogin>> {
  /** When, ISO 8601 with a zone; default now; at most 5 minutes ahead. */
  @Optional() @IsISO8601({ strict: true, strictSeparator: true }) at?: string;
  /** How: `password`, `oidc`, … */
  @Line(50) method!: string;
  /** Where from. */
  @Optional() @IsIP() ip?: string;
}

/** Records a failed login as a user; no route takes this command. */
export class RecordFailedLogin extends Command<RecordFailedLogin> {
  method!: string;
}

/** The times of the failed logins since the last successful one; at most the newest {@link triesBeforeLock}. */
export interface Logins {
  readonly failures: readonly string[];
}

export interface LoginContext extends CommandContext {
  /** Whether the user was locked at the time of the login; absent if there was no such user. */
  readonly user?: { readonly locked: boolean };
  /** Failed logins up to this time do not count. */
  readonly forgivenAt?: string | undefined;
}

const commands = { RecordLogin, RecordFailedLogin };
const ahead = 5 * 60_000;

/** The number of failed logins within 15 minutes that locks a user (default). */
const triesBeforeLock = 10;
const within = 15 * 60_000;

/** Returns whether too many logins failed in the last 15 minutes; those up to `forgivenAt` do not count. */
export const hasTooManyFailures = ({ failures }: Logins, now: string, forgivenAt = ''): boolean =>
  failures.filter((at) => at > forgivenAt && Date.parse(at) > Date.parse(now) - within).length >= triesBeforeLock;

/** Returns the time of a reported login in UTC, ISO 8601. Throws `login.time-invalid`. */
export function toLoginTime({ at }: RecordLogin, { at: now }: CommandContext): string {
  if (at === undefined) return now;
  if (!/(?:Z|[+-]\d\d:\d\d)$/.test(at) || Number.isNaN(Date.parse(at))) {
    throw new Refusal('login.time-invalid', 'invalid', 'The time of a login needs a zone, like 2026-01-31T12:00:00Z.');
  }
  if (Date.parse(at) > Date.parse(now) + ahead) {
    throw new Refusal('login.time-invalid', 'invalid', 'The time of the login lies more than 5 minutes ahead.');
  }
  return new Date(at).toISOString();
}

/** The decider of the streams `login-<userId>`. */
export const LoginDecider: Decider<Logins, LoginEvent, typeof commands, LoginContext> = {
  category: 'login',
  subject: (id) => ({ kind: 'user', id }),
  initial: { failures: [] },
  // Twice as many, since logins that are reported late may lie between the failures.
  foldLast: 2 * triesBeforeLock,
  account: (_, { account }) => account,
  commands,

  decide: {
    RecordLogin: (command, _, context) => {
      const at = toLoginTime(command, context);
      if (!context.user) throw new Refusal('user.not-found', 'not-found', 'There is no such user.');
      if (context.user.locked) throw new Refusal('user.locked', 'conflict', 'The user was locked at that time.');
      return [loginEvent('UserLoggedIn', { method: command.method, at })];
    },

    // Records no more failures than are needed to lock the user.
    RecordFailedLogin: ({ method }, logins, { at, forgivenAt }) =>
      hasTooManyFailures(logins, at, forgivenAt) ? [] : [loginEvent('LoginFailed', { method, at })],
  },

  evolve: {
    UserLoggedIn: ({ failures }, { at }) => ({ failures: failures.filter((failed) => failed > at) }),
    LoginFailed: ({ failures }, { at }) => ({ failures: [...failures, at].slice(-triesBeforeLock) }),
  },
};
