import { IsIP, IsISO8601 } from 'class-validator';
import {
  Command,
  Line,
  Optional,
  Refusal,
  eventsOf,
  type Catalogue,
  type Context,
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

/** The address that somebody logged in from is theirs, not that of the service which reports it. */
export const loginEvents: Catalogue<LoginEvent> = { UserLoggedIn: { ip: 'subject' }, LoginFailed: { ip: 'subject' } };

/** A service reports that a user has logged in. */
export class RecordLogin extends Command<RecordLogin, VersionedResult<RecordedLogin>> {
  /** When, ISO 8601 with a zone; default now; at most 5 minutes ahead. */
  @Optional() @IsISO8601({ strict: true, strictSeparator: true }) at?: string;
  /** How: `password`, `oidc`, … */
  @Line(50) method!: string;
  /** Where from. */
  @Optional() @IsIP() ip?: string;
}

/** Somebody tried to log in as a user and could not; no route takes it. */
export class FailLogin extends Command<FailLogin> {
  method!: string;
}

/** The failed logins since the last one that did not fail, by its own time; the newest {@link triesBeforeLock} are enough to know. */
export interface Logins {
  readonly failures: readonly string[];
}

export interface LoginContext extends Context {
  /** How the user stood at the time of the login. */
  readonly user?: { readonly locked: boolean };
  /** Failed logins up to then do not count. */
  readonly forgivenAt?: string | undefined;
}

const commands = { RecordLogin, FailLogin };
const ahead = 5 * 60_000;

/** ◇ So many failed logins within 15 minutes lock a user out. */
const triesBeforeLock = 10;
const within = 15 * 60_000;

/** Whether too many failed lately; those up to `forgivenAt` do not count. */
export const isGuessedAt = ({ failures }: Logins, now: string, forgivenAt = ''): boolean =>
  failures.filter((at) => at > forgivenAt && Date.parse(at) > Date.parse(now) - within).length >= triesBeforeLock;

/** When a reported login took place. Throws `login.time-invalid`. */
export function loginTime({ at }: RecordLogin, { at: now }: Context): string {
  if (at === undefined) return now;
  if (!/(?:Z|[+-]\d\d:\d\d)$/.test(at) || Number.isNaN(Date.parse(at))) {
    throw new Refusal('login.time-invalid', 'invalid', 'The time of a login needs a zone, like 2026-01-31T12:00:00Z.');
  }
  if (Date.parse(at) > Date.parse(now) + ahead) {
    throw new Refusal('login.time-invalid', 'invalid', 'The time of the login lies more than 5 minutes ahead.');
  }
  return new Date(at).toISOString();
}

/** `login-<userId>`: when a user logged in, apart from what was done to them. */
export const LoginDecider: Decider<Logins, LoginEvent, typeof commands, LoginContext> = {
  category: 'login',
  subject: (id) => ({ kind: 'user', id }),
  initial: { failures: [] },
  // Beside the failures there may be logins that were reported late and forgive none of them: of these, as many.
  foldLast: 2 * triesBeforeLock,
  account: (_, { account }) => account,
  commands,

  decide: {
    RecordLogin: (command, _, context) => {
      const at = loginTime(command, context);
      if (!context.user) throw new Refusal('user.not-found', 'not-found', 'There is no such user.');
      if (context.user.locked) throw new Refusal('user.locked', 'conflict', 'The user was locked at that time.');
      return [loginEvent('UserLoggedIn', { method: command.method, at })];
    },

    // Of many at once, no more are recorded than it takes to lock the user.
    FailLogin: ({ method }, logins, { at, forgivenAt }) =>
      isGuessedAt(logins, at, forgivenAt) ? [] : [loginEvent('LoginFailed', { method, at })],
  },

  evolve: {
    UserLoggedIn: ({ failures }, { at }) => ({ failures: failures.filter((failed) => failed > at) }),
    LoginFailed: ({ failures }, { at }) => ({ failures: [...failures, at].slice(-triesBeforeLock) }),
  },
};
