import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';
import type { Permission } from '../api/me';
import { useCountryName } from '../parts/country-name';
import { useDates } from '../parts/when';
import { languages } from '../texts/i18n';
import { permissionKey } from './words';

type Say = (value: never) => string;

/** Says a field's value in the reader's language: `null` and an empty list are nothing. */
export function useValue(): (field: string, value: unknown) => string | null {
  const { t } = useTranslation();
  const countryName = useCountryName();
  const { time } = useDates();
  // Words that come from outside: one that we don't know stands for itself.
  const word = (keys: string[], value: string) =>
    (t as unknown as (keys: string[], options: object) => string)(
      keys.map((key) => `${key}.${value}`),
      { defaultValue: value },
    );
  const contract = ({ country, recurringRevenue }: Schemas['ContractItem']) =>
    t('accounts.contract', { country: countryName(country), revenue: recurringRevenue });
  const lock = ({
    cause,
    reason,
    until,
    by,
  }: {
    cause: string;
    reason: string | null;
    until: string | null;
    by: { kind: string };
  }) =>
    [
      word(['lock'], cause),
      by.kind === 'another-account' && t('lock.elsewhere'),
      reason && t('lock.reason', { reason }),
      until && t('lock.until', { date: time(until) }),
    ]
      .filter(Boolean)
      .join(', ');

  const say: Record<string, Say> = {
    country: countryName,
    entitlementCountry: countryName,
    language: (code: keyof typeof languages) => languages[code] ?? code,
    status: (status: string) => word(['status', 'accountStatus'], status),
    roles: (role: string) => word(['role'], role),
    keptRoles: (role: string) => word(['role'], role),
    scopes: (scope: Permission) => t(permissionKey(scope)),
    kind: (kind: string) => word(['kind'], kind),
    locks: lock,
    contracts: contract,
    login: ({ method, at }: { method: string; at: string }) => `${method}, ${time(at)}`,
    lastLoginAt: time,
    restorableUntil: time,
    expiresAt: time,
    endedAt: time,
  };
  const one = (field: string, value: unknown): string => {
    const known = Object.hasOwn(say, field) ? say[field] : undefined;
    if (known) return known(value as never);
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
  return (field, value) => {
    if (Array.isArray(value)) return value.length ? value.map((item) => one(field, item)).join(', ') : null;
    return value === null || value === undefined ? null : one(field, value);
  };
}
