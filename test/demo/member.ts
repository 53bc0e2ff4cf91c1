import type { Account } from './account.js';
import type { Draw } from './draw.js';
import type { Person } from './person.js';

const day = 86_400_000;

/** A user of an account, and what can happen to them. The caller is drawn from the administrators of the account. */
export class Member {
  private id: string | undefined;

  constructor(
    readonly account: Account,
    private readonly person: Person,
    readonly draw: Draw,
  ) {}

  get userId(): string {
    return this.id!;
  }

  /** Most users are added by administrators of the account, some by the operator. */
  async add(by = this.draw.often(0.7) ? this.boss : this.account.site.operator): Promise<void> {
    const abroad = this.draw.often(0.1) && Object.keys(this.account.company.contracts);
    const body = { ...this.person, ...(abroad && abroad.length > 0 && { entitlementCountry: this.draw.one(abroad) }) };
    ({ userId: this.id } = await by.do('added', 'POST', this.account.path('/users'), body));
  }

  async register(): Promise<void> {
    ({ userId: this.id } = await this.account.site.service.do('registered', 'POST', '/registrations', this.person));
  }

  /** Reports a login within the last 90 days, more likely a recent one. */
  async logIn(): Promise<void> {
    const at = new Date(Date.now() - 90 * day * this.draw.number() ** 2).toISOString();
    const ip = `${this.draw.one(['192.0.2', '198.51.100', '203.0.113'])}.${1 + Math.floor(this.draw.number() * 254)}`;
    const method = this.draw.one(['password', 'password', 'oidc', 'passkey']);
    await this.account.site.service.do('logged in', 'POST', `/users/${this.userId}/logins`, { at, method, ip });
  }

  async undergo(action: string, reasons: readonly string[]): Promise<void> {
    const reason = this.draw.often(0.85) ? { reason: this.draw.one(reasons) } : {};
    await this.boss.do(done[action]!, 'POST', this.account.path(`/users/${this.userId}/${action}`), reason);
  }

  async marry(): Promise<void> {
    const lastName = `${this.person.lastName}-${this.account.people.next().lastName}`.slice(0, 100);
    await this.boss.do('changed', 'PATCH', this.account.path(`/users/${this.userId}`), { lastName });
  }

  async relocate(): Promise<void> {
    const country = this.draw.one(
      ['NL', 'LU', 'LT', 'CA', 'SG', 'IT'].filter((other) => other !== this.person.country),
    );
    await this.boss.do('changed', 'PATCH', this.account.path(`/users/${this.userId}`), {
      country,
      entitlementCountry: country,
    });
  }

  private get boss() {
    return this.draw.one(this.account.bosses);
  }
}

/** The names under which acts are counted. */
const done: Readonly<Record<string, string>> = {
  approve: 'approved',
  reject: 'rejected',
  lock: 'locked',
  unlock: 'unlocked',
  delete: 'deleted',
  restore: 'restored',
  'add-to-account': 'added to account',
};
