import { randomUUID } from 'node:crypto';
import { accessTokenEvent } from '#libs/access';
import { accountEvent } from '#libs/accounts';
import type { DomainEvent, Subject } from '#libs/kernel';
import { loginEvent, userEvent } from '#libs/users';
import { companies } from '../demo/companies.js';
import { Draw } from '../demo/draw.js';
import { People } from '../demo/person.js';

/** An event that is not yet in the log. */
export interface Step {
  readonly stream: string;
  readonly subject: Subject;
  readonly account: string;
  readonly event: DomainEvent;
}

interface Member {
  readonly id: string;
  readonly account: string;
  isLocked: boolean;
  isAuditor: boolean;
}

/** The share of events that add users. */
const ADDED = 0.1;
const USERS_PER_ACCOUNT = 2_000;
/** Before there are so many users, only users are added. */
const MIN_MEMBERS = 1_000;
const EXPIRES_AT = '2100-01-01T00:00:00.000Z';

/**
 * Draws a believable history: a tenth of the events adds users, two thirds are logins, the others rename, lock, unlock, give and
 * take roles, reset passwords, and issue tokens. It is the same each time but for ids.
 */
export class History {
  private readonly draw = new Draw(1);
  private readonly people = new People(companies[0]!, 'bench.example', new Draw(2));
  private readonly members: Member[] = [];
  private account = '';

  /** Returns the next events, at most one of each stream. */
  next(count: number): Step[] {
    const steps = new Map<string, Step>();
    while (steps.size < count) {
      const step = this.step(new Set(steps.keys()));
      if (step) steps.set(step.stream, step);
    }
    return [...steps.values()];
  }

  private step(taken: ReadonlySet<string>): Step | undefined {
    if (this.members.length % USERS_PER_ACCOUNT === 0 && !taken.has(`account-${this.account}`))
      return this.openAccount();
    if (this.members.length < MIN_MEMBERS || this.draw.often(ADDED)) return this.addUser();
    const member = this.draw.one(this.members);
    const category = this.draw.often(0.75) ? 'login' : 'user';
    if (taken.has(`${category}-${member.id}`)) return undefined;
    return category === 'login' ? this.logIn(member) : this.change(member);
  }

  private openAccount(): Step {
    const id = (this.account = randomUUID());
    const event = accountEvent('AccountOpened', { name: `Bench ${this.members.length}`, contracts: [] });
    return { stream: `account-${id}`, subject: { kind: 'account', id }, account: id, event };
  }

  private addUser(): Step {
    const member = { id: randomUUID(), account: this.account, isLocked: false, isAuditor: false };
    this.members.push(member);
    return about(member, userEvent('UserAdded', { account: member.account, ...this.people.next(), status: 'active' }));
  }

  private logIn({ id, account }: Member): Step {
    const login = { method: 'password', at: '' };
    const event = this.draw.often(0.9) ? loginEvent('UserLoggedIn', login) : loginEvent('LoginFailed', login);
    return { stream: `login-${id}`, subject: { kind: 'user', id }, account, event };
  }

  private change(member: Member): Step {
    const { id, account } = member;
    const what = this.draw.number();
    if (what < 0.3) {
      member.isLocked = !member.isLocked;
      return about(
        member,
        member.isLocked
          ? userEvent('UserLocked', { cause: 'administrator', disableModeDays: 7 })
          : userEvent('UserUnlocked', { causes: ['administrator'] }),
      );
    }
    if (what < 0.45) {
      const { firstName, lastName } = this.people.next();
      return about(member, userEvent('UserRenamed', { firstName, lastName }));
    }
    if (what < 0.6) {
      member.isAuditor = !member.isAuditor;
      return about(member, userEvent(member.isAuditor ? 'UserRoleGranted' : 'UserRoleRevoked', { role: 'auditor' }));
    }
    if (what < 0.75) return about(member, userEvent('UserPasswordResetRequested', { expiresAt: EXPIRES_AT }));
    if (what < 0.9) return about(member, userEvent('UserPasswordChanged', {}));
    const tokenId = randomUUID();
    const terms = { kind: 'user', holder: id, account, name: 'bench', scopes: ['users:read'] } as const;
    return {
      stream: `access-token-${tokenId}`,
      subject: { kind: 'access-token', id: tokenId },
      account,
      event: accessTokenEvent('AccessTokenIssued', { ...terms, expiresAt: EXPIRES_AT }),
    };
  }
}

const about = ({ id, account }: Member, event: DomainEvent): Step => ({
  stream: `user-${id}`,
  subject: { kind: 'user', id },
  account,
  event,
});
