import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Device } from '#libs/authorization';
import type { Vault } from '#libs/vault';

/** How many users a device cookie holds; the user whose last login is the oldest is dropped. */
const usersPerDevice = 5;

const entryForm = /^[\w-]{22}\.[\w-]{43}$/;

/** Reads and writes the values of device cookies: `<id>.<signature>` for each user, newest login first. They name no user. */
export class DeviceCookieValues {
  constructor(private readonly vault: Pick<Vault, 'hmac'>) {}

  /** Returns the device of a cookie. Its `idFor` returns an id only for a user for whom this installation signed an entry. */
  parse(cookie: string | undefined): Device {
    const entries = entriesOf(cookie);
    return { idFor: (userId) => entries.find((entry) => this.isFor(userId, entry))?.split('.', 1)[0] };
  }

  /** Returns the cookie after a login of this user: the user's entry comes first, and keeps its id if there was one. */
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
