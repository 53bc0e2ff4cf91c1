import { Text } from '@mantine/core';
import { Fragment } from 'react';
import type { AuditAction, AuditItem } from '../api/audit';
import { FieldChange } from './field-changes';

type Change = AuditItem['changes'][number];

/** The fields that a row shows for some actions; for others it shows all. Left out are fields that the row's title, reason and names already tell. */
const shownFields: Partial<Readonly<Record<AuditAction, readonly string[]>>> = {
  'user.added': ['email', 'roles'],
  'user.added-to-account': ['email', 'roles'],
  'user.registered': ['email'],
  'user.approval-requested': [],
  'user.approved': [],
  'user.rejected': [],
  'user.locked': ['locks'],
  'user.unlocked': [],
  'user.deleted': ['roles', 'restorableUntil'],
  'user.restored': ['roles'],
  'user.role-granted': [],
  'user.role-revoked': [],
  'user.password-reset-requested': [],
  'user.password-changed': [],
  'user.sessions-ended': [],
  'user.logged-in': ['login'],
  'account.opened': [],
  'account.closed': [],
  'administrator.appointed': [],
  'administrator.stood-down': [],
  'domain.owned': [],
  'domain.released': [],
  'access-token.issued': ['expiresAt'],
  'access-token.ended': [],
};

/** Returns the changes of an act that a row shows. */
function findShownChanges({ action, changes }: AuditItem): readonly Change[] {
  const fields = shownFields[action];
  return changes.filter((change) => (!fields || fields.includes(change.field)) && !isLockWithReasonOnly(change));
}

/** Whether the only lock is one by an administrator without an end: the row shows its reason. */
function isLockWithReasonOnly({ field, after }: Change): boolean {
  const locks = field === 'locks' && Array.isArray(after) ? (after as { cause: string; until: string | null }[]) : [];
  return locks.length === 1 && locks[0]!.cause === 'administrator' && locks[0]!.until === null;
}

/** Shows in a line what an act changed: `Country: Germany → Poland · Language: Polish`. */
export function ChangeSummary({ item }: { item: AuditItem }) {
  const changes = findShownChanges(item);
  if (changes.length === 0) return null;
  return (
    <Text size="xs" component="div" lineClamp={3}>
      {changes.map((change, index) => (
        <Fragment key={change.field}>
          {index > 0 && ' · '}
          <FieldChange change={change} />
        </Fragment>
      ))}
    </Text>
  );
}
