import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Device } from '#libs/authorization';
import type { Vault } from '#libs/vault';

/** How many users a browser is remembered for; the one who has not logged in for the longest is forgotten first. */
const usersPerDevice = 5;

const entryForm = /^[\w-]{22}\.[\w-]{43}$/;

/** Reads and writes the values of device cookies: `<id>.<signature>` for each user, newest login first. They name no user. */
export class DeviceCookieValues {
  constructor(private readonly vault: Pick<Vault, 'hmac'>) {}

  /** What a cookie shows. What this installation's vault has not signed for the user in question is ignored. */
  parse(cookie: string | undefined): Device {
    const entries = entriesOf(cookie);
    return { idFor: (userId) => entries.find((entry) => this.isFor(userId, entry))?.split('.', 1)[0] };
  }

  /** The cookie after this user has logged in: their entry, which keeps its id, comes first. */
  addUser(cookie: string | undefined, userId: string): string {
    const entries = entriesOf(cookie);
    const own =
      entries.find((entry) => this.isFor(userId, entry)) ?? this.sign(userId, randomBytes(16).toString('base64url'));
    return [own, ...entries.filter((entry) => entry !== own)].slice(0, usersPerDevice).join('~');
  }

  private sign(userId: string, id: string): string {
    return `${id}.${Buffer.from(this.vault.hmac('device', `${userId}/${id}`), 'hex').toString('base64url')}`;
  }

  private isFor(userId: string, entry: string): boolean {
    return timingSafeEqual(Buffer.from(entry), Buffer.from(this.sign(userId, entry.split('.', 1)[0]!)));
  }
}

const entriesOf = (cookie = ''): string[] => cookie.split('~', usersPerDevice).filter((entry) => entryForm.test(entry));
