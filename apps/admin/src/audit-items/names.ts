import { useTranslation } from 'react-i18next';
import type { AuditItem } from '../api/audit';
import type { Permission } from '../api/me';

/** The text keys of the known fields. */
const fieldKeys = {
  email: 'user.email',
  firstName: 'user.firstName',
  lastName: 'user.lastName',
  country: 'user.country',
  language: 'user.language',
  entitlementCountry: 'user.entitlementCountry',
  status: 'user.status',
  roles: 'user.roles',
  lastLoginAt: 'user.lastLogin',
  locks: 'field.locks',
  keptRoles: 'field.keptRoles',
  restorableUntil: 'field.restorableUntil',
  login: 'field.login',
  name: 'field.name',
  contracts: 'field.contracts',
  administrators: 'field.administrators',
  owner: 'field.owner',
  kind: 'field.kind',
  holder: 'field.holder',
  scopes: 'field.scopes',
  expiresAt: 'field.expiresAt',
  endedAt: 'field.endedAt',
} as const;

/** Returns a function that gives a field's name in the reader's language; for an unknown field, its own name. */
export function useFieldName(): (field: string) => string {
  const { t } = useTranslation();
  return (field) => (Object.hasOwn(fieldKeys, field) ? t(fieldKeys[field as keyof typeof fieldKeys]) : field);
}

/** Returns a function that names the actor of an event. */
export function useActorName(): (actor: AuditItem['actor']) => string {
  const { t } = useTranslation();
  return ({ kind, name }) => {
    if (kind === 'user') return name ?? t('history.nameless');
    const what = t(`kind.${kind}`);
    return name && name !== kind && name !== what ? `${name} (${what})` : what;
  };
}

type PermissionKey<P> = P extends `${infer Of}:${infer To}` ? `permission.${Of}.${To}` : never;

/** Returns the text key of a permission; i18next uses the colon for namespaces. */
export const toPermissionKey = (permission: Permission) =>
  `permission.${permission.replace(':', '.')}` as PermissionKey<Permission>;
