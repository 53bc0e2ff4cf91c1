import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';
import type { Permission } from '../api/me';
import { useCountryName } from '../components/country-name';
import { useDateFormats } from '../components/date-time';
import { languages } from '../texts/i18n';
import { toPermissionKey } from './names';

type Format = (value: never) => string;

/** Returns a function that formats a field's value in the reader's language; `null` for no value or an empty list. */
export function useFormatFieldValue(): (field: string, value: unknown) => string | null {
  const { t } = useTranslation();
  const countryName = useCountryName();
  const { time } = useDateFormats();
  // An unknown word is shown as it is.
  const translateKnown = (keys: string[], value: string) =>
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
      translateKnown(['lock'], cause),
      by.kind === 'another-account' && t('lock.elsewhere'),
      reason && t('lock.reason', { reason }),
      until && t('lock.until', { date: time(until) }),
    ]
      .filter(Boolean)
      .join(', ');

  const formats: Record<string, Format> = {
    country: countryName,
    entitlementCountry: countryName,
    language: (code: keyof typeof languages) => languages[code] ?? code,
    status: (status: string) => translateKnown(['status', 'accountStatus'], status),
    roles: (role: string) => translateKnown(['role'], role),
    keptRoles: (role: string) => translateKnown(['role'], role),
    scopes: (scope: Permission) => t(toPermissionKey(scope)),
    kind: (kind: string) => translateKnown(['kind'], kind),
    locks: lock,
    contracts: contract,
    login: ({ method, at }: { method: string; at: string }) => `${method}, ${time(at)}`,
    lastLoginAt: time,
    restorableUntil: time,
    expiresAt: time,
    endedAt: time,
  };
  const formatOne = (field: string, value: unknown): string => {
    const known = Object.hasOwn(formats, field) ? formats[field] : undefined;
    if (known) return known(value as never);
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
  return (field, value) => {
    if (Array.isArray(value)) return value.length ? value.map((item) => formatOne(field, item)).join(', ') : null;
    return value === null || value === undefined ? null : formatOne(field, value);
  };
}
