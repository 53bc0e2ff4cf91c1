import { useMemo, useState } from 'react';
import type { User } from '../api/users';

/**
 * Holds the ids of the selected users. Only users in the list count as selected. When the list shows another filter, search or
 * order, only those users stay selected who are still shown, so that nothing is selected unseen.
 * @param contentKey what the shown rows were asked with; `undefined` while the previous rows are still shown
 */
export function useUserSelection(
  remembered: readonly string[],
  users: readonly User[],
  contentKey: string | undefined,
) {
  const [selected, setSelected] = useState<ReadonlySet<string>>(() => new Set(remembered));
  const selectedUsers = useMemo(() => users.filter(({ userId }) => selected.has(userId)), [users, selected]);
  const [lastKey, setLastKey] = useState(contentKey);
  if (contentKey && contentKey !== lastKey) {
    setLastKey(contentKey);
    if (lastKey) setSelected(new Set(selectedUsers.map(({ userId }) => userId)));
  }
  return { selected, selectedUsers, select: setSelected };
}
