import { Checkbox } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Column } from './list-table';

interface Selectable {
  readonly userId: string;
  readonly firstName: string;
  readonly lastName: string;
}

/** The ids of the selected users, and a callback for a new selection. */
export interface Selection {
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
  /** Whether nothing can be selected now, because other rows are loading. */
  readonly isDisabled?: boolean;
}

export const noneSelected: ReadonlySet<string> = new Set();

/** Creates a table column with a checkbox for each user, and one in its heading for all. */
export function createSelectColumn<User extends Selectable>(
  users: readonly User[],
  { selected, onSelect, isDisabled = false }: Selection,
): Column<User> {
  const chosen = users.filter(({ userId }) => selected.has(userId)).length;
  const choose = (some: readonly User[], isChosen: boolean) => {
    const ids = new Set(some.map(({ userId }) => userId));
    onSelect(new Set(isChosen ? [...selected, ...ids] : [...selected].filter((id) => !ids.has(id))));
  };
  return {
    id: 'select',
    header: (
      <SelectAll
        isChosen={chosen > 0 && chosen === users.length}
        isSome={chosen > 0 && chosen < users.length}
        isDisabled={isDisabled || users.length === 0}
        onChange={(isChosen) => choose(users, isChosen)}
      />
    ),
    cell: (user) => (
      <SelectOne user={user} isChosen={selected.has(user.userId)} onChange={(isChosen) => choose([user], isChosen)} />
    ),
  };
}

interface Choice {
  readonly isChosen: boolean;
  readonly onChange: (isChosen: boolean) => void;
}

/** The minimum size of a checkbox, also where rows scroll up to the heading (WCAG 2.2, 2.5.8). */
const minTargetSize = '24px';

function SelectAll({
  isChosen,
  isSome,
  isDisabled,
  onChange,
}: Choice & { readonly isSome: boolean; readonly isDisabled: boolean }) {
  const { t } = useTranslation();
  return (
    <Checkbox
      size={minTargetSize}
      aria-label={t('users.selectAll')}
      checked={isChosen}
      indeterminate={isSome}
      disabled={isDisabled}
      onChange={({ currentTarget }) => onChange(currentTarget.checked)}
    />
  );
}

function SelectOne({ user: { firstName, lastName }, isChosen, onChange }: Choice & { readonly user: Selectable }) {
  const { t } = useTranslation();
  return (
    <Checkbox
      size={minTargetSize}
      aria-label={t('users.select', { name: `${firstName} ${lastName}` })}
      checked={isChosen}
      onChange={({ currentTarget }) => onChange(currentTarget.checked)}
    />
  );
}
