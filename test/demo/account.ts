import { permissionsOfRoles } from '#libs/access';
import type { Company } from './companies.js';
import { Draw } from './draw.js';
import { Member } from './member.js';
import { People } from './person.js';
import { tomorrow, type Agent, type Site } from './site.js';

/** The scopes of a token with which an account administrator may do everything; roles may be granted only up to these. */
const scopes = permissionsOfRoles(['administrator']);

/** An open account with its administrators. */
export class Account {
  private constructor(
    readonly site: Site,
    readonly company: Company,
    readonly id: string,
    readonly people: People,
    /** Its administrators and co-administrators, each with a token of their own. */
    readonly bosses: Agent[],
    private readonly draw: Draw,
  ) {}

  /** Opens an account with its administrators. Returns it and the number of users that are still to be added. */
  static async open(
    site: Site,
    company: Company,
    headcount: number,
    place: number,
  ): Promise<{ account: Account; left: number }> {
    const draw = new Draw(site.seed, place);
    const domain = `${company.slug}-${site.run}.example`;
    const people = new People(company, domain, draw);
    const { language: _, ...administrator } = people.next();
    const contracts = Object.entries(company.contracts).map(([country, recurringRevenue]) => ({
      country,
      recurringRevenue,
    }));
    const body = { name: company.name, domains: [domain], contracts, administrator };
    const { accountId, administratorId } = await site.operator.do('accounts opened', 'POST', '/accounts', body);
    const account = new Account(site, company, accountId, people, [], draw);
    account.bosses.push(await account.tokenFor(administratorId));
    const roles = staff(headcount - 1);
    for (const role of roles) await account.appoint(role);
    return { account, left: headcount - 1 - roles.length };
  }

  /** Returns `/accounts/<id>` followed by `rest`. */
  path(rest: string): string {
    return `/accounts/${this.id}${rest}`;
  }

  member(seed: number): Member {
    return new Member(this, this.people.next(), new Draw(this.site.seed, seed));
  }

  private async appoint(role: string): Promise<void> {
    const member = new Member(this, this.people.next(), this.draw);
    await member.add(this.bosses[0]);
    await this.bosses[0]!.do('roles granted', 'PUT', this.path(`/users/${member.userId}/roles/${role}`), undefined);
    await member.logIn();
    if (role !== 'auditor') this.bosses.push(await this.tokenFor(member.userId));
  }

  private async tokenFor(userId: string): Promise<Agent> {
    const { token } = await this.site.operator.ask('POST', '/access-tokens', {
      kind: 'user',
      userId,
      name: 'admin console',
      scopes,
      expiresAt: tomorrow(),
    });
    return this.site.operator.as(token);
  }
}

/** Returns the roles of the other administrators of an account of this size. */
function staff(people: number): string[] {
  const of = (role: string, count: number): string[] => Array.from({ length: count }, () => role);
  const wanted = [
    ...of('co-administrator', 1 + Math.floor(people / 250)),
    ...of('auditor', people >= 8 ? 1 + Math.floor(people / 500) : 0),
    ...of('administrator', people >= 100 ? 1 : 0),
  ];
  return wanted.slice(0, people);
}
