import { useTranslation } from 'react-i18next';
import type { AuditItem } from '../api/audit';

const isList = (value: unknown): value is string[] => Array.isArray(value);

/** Returns the roles that an act on a user's roles gave or took. */
function findChangedRoles({ action, changes }: Pick<AuditItem, 'action' | 'changes'>): string[] {
  const change = changes.find(({ field }) => field === 'roles');
  if (!change || !isList(change.before) || !isList(change.after)) return [];
  const { before, after } = change;
  if (action === 'user.role-granted') return after.filter((role) => !before.includes(role));
  if (action === 'user.role-revoked') return before.filter((role) => !after.includes(role));
  return [];
}

/** Returns a function that names an act: `User locked`, `Role given: Auditor`. */
export function useActionTitle(): (item: Pick<AuditItem, 'action' | 'changes'>) => string {
  const { t } = useTranslation();
  return (item) => {
    const title = t(`action.${item.action}`);
    const roles = findChangedRoles(item).map((role) => t(`role.${role as 'auditor'}`, { defaultValue: role }));
    return roles.length > 0 ? `${title}: ${roles.join(', ')}` : title;
  };
}
