import type { QueryFields } from '#libs/kernel';
import type { ListUsers } from '#libs/users';
import type { ListAudit } from '../../libs/audit/src/read/list-audit.js';
import { sorts } from '../../libs/users/src/read/user-order.js';
import { ids, timeAt } from './lists.fill.js';

/** How many rows of the filled account a value of a filter matches: some per cent or more, about twenty, or none. */
type Level = 'many' | 'some' | 'few' | 'none';

/** A value of a filter for each level that the filter can have. */
type Values<Value> = Readonly<Partial<Record<Level, Value>>>;

type UserFields = Omit<QueryFields<ListUsers>, 'sort' | 'limit' | 'cursor'>;
type AuditFields = Omit<QueryFields<ListAudit>, 'limit' | 'cursor' | 'account' | 'correlation'>;
type Filters<Fields> = { readonly [Name in keyof Required<Fields>]: Values<Fields[Name]> };

/** Every filter of the user list: a forgotten one does not compile. What `none` matches is frequent in the other account. */
const userFilters: Filters<UserFields> = {
  status: { many: ['invited'], few: ['rejected'], none: ['left'] },
  effectiveStatus: { many: ['locked'], few: ['rejected'], none: ['left'] },
  locked: { many: true },
  lockCause: { many: 'administrator', few: 'failedLogins', none: 'dormant' },
  role: { many: 'co-administrator', few: 'administrator', none: 'auditor' },
  country: { many: 'DE', few: 'MT', none: 'NZ' },
  email: { few: 'U4@corp.example', none: 'absent@corp.example' },
  search: { many: 'mar', few: 'quist', none: 'xyzzy' },
  lastLoginBefore: { many: '2025-06-01', some: '2000-01-01' },
};

/** Every filter of the audit that is not deprecated: a forgotten one does not compile. */
const auditFilters: Filters<AuditFields> = {
  actor: { many: ids.service, few: ids.formerAdministrator, none: ids.unused },
  subject: { many: ids.veteran, few: ids.user(5), none: ids.unused },
  action: { many: ['user.locked', 'user.unlocked'], few: ['user.deleted'], none: ['domain.released'] },
  excludeAction: { many: ['user.logged-in', 'login.failed'] },
  accountId: { many: ids.account, few: ids.smallAccount, none: ids.unused },
  correlationId: { many: ids.bulk, few: ids.act(7), none: ids.unused },
  from: { many: timeAt(0.5), few: timeAt(0.99999), none: timeAt(1.5) },
  to: { many: timeAt(0.5), few: timeAt(0.00001), none: timeAt(-0.5) },
};

/** Windows of time, which need two filters. */
const windows = {
  'an hour long ago': { from: timeAt(0.1), to: timeAt(0.1001) },
  'a tenth, long ago': { from: timeAt(0.1), to: timeAt(0.2) },
} satisfies Record<string, AuditFields>;

/** A list's filters, by a name for the table. */
export interface Case<Fields> {
  readonly name: string;
  readonly fields: Fields;
}

export type UserCase = Case<UserFields & { readonly sort?: string }>;
export type AuditCase = Case<AuditFields>;

/** Returns each value of each filter as a case. */
function alone<Fields extends object>(filters: Filters<Fields>): (Case<Fields> & { readonly filter: string })[] {
  return Object.entries<Values<unknown>>(filters).flatMap(([filter, values]) =>
    Object.entries(values).map(([level, value]) => ({
      filter,
      name: `${filter} ${level}`,
      fields: { [filter]: value } as Fields,
    })),
  );
}

/** Returns each pair of values of two filters. */
function pairs<Fields extends object>(filters: Filters<Fields>): Case<Fields>[] {
  const single = alone(filters);
  const order = Object.keys(filters);
  return single.flatMap((one) =>
    single
      .filter(({ filter }) => order.indexOf(filter) > order.indexOf(one.filter))
      .map((other) => ({ name: `${one.name}, ${other.name}`, fields: { ...one.fields, ...other.fields } })),
  );
}

/** Returns whether a request may have these filters together. */
const isAllowed = ({ fields }: Case<UserFields>): boolean =>
  !fields.effectiveStatus || (fields.status === undefined && fields.locked === undefined);

/** All sorts without a filter, each value of each filter with every sort, and in pairs. */
export const userCases = (): UserCase[] => [
  ...sorts.map((sort) => ({ name: `sort ${sort}`, fields: { sort } })),
  ...alone(userFilters).flatMap(({ name, fields }) =>
    sorts.map((sort) => ({ name: `${name}, sort ${sort}`, fields: { ...fields, sort } })),
  ),
  ...pairs(userFilters).filter(isAllowed),
];

/** Each value of each filter, in pairs, and windows of time alone and with each other filter. */
export const auditCases = (): AuditCase[] => [
  ...alone(auditFilters),
  ...pairs(auditFilters),
  ...Object.entries(windows).flatMap(([name, window]) => [
    { name, fields: window },
    ...alone(auditFilters)
      .filter(({ filter }) => filter !== 'from' && filter !== 'to')
      .map((other) => ({ name: `${name}, ${other.name}`, fields: { ...other.fields, ...window } })),
  ]),
];
