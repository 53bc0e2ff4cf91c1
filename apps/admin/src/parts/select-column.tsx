import { Checkbox } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Column } from './list-table';

interface Selectable {
  readonly userId: string;
  readonly firstName: string;
  readonly lastName: string;
}

/** Users who are chosen, by id, and the way to choose others. */
export interface Selection {
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
}

export const nobody: ReadonlySet<string> = new Set();

/** The column of boxes that choose users, all of them or one by one. */
export function selectColumn<User extends Selectable>(
  users: readonly User[],
  { selected, onSelect }: Selection,
): Column<User> {
  const chosen = users.filter(({ userId }) => selected.has(userId)).length;
  const choose = (some: readonly User[], isChosen: boolean) => {
    const ids = new Set(some.map(({ userId }) => userId));
    onSelect(new Set(isChosen ? [...selected, ...ids] : [...selected].filter((id) => !ids.has(id))));
  };
  return {
    id: 'select',
    header: (
      <All
        isChosen={chosen > 0 && chosen === users.length}
        isSome={chosen > 0 && chosen < users.length}
        onChoose={(isChosen) => choose(users, isChosen)}
      />
    ),
    cell: (user) => (
      <One user={user} isChosen={selected.has(user.userId)} onChoose={(isChosen) => choose([user], isChosen)} />
    ),
  };
}

interface Choice {
  readonly isChosen: boolean;
  readonly onChoose: (isChosen: boolean) => void;
}

/** What a box needs to be hit, also where rows scroll up to the heading (WCAG 2.2, 2.5.8). */
const smallestTarget = '24px';

function All({ isChosen, isSome, onChoose }: Choice & { readonly isSome: boolean }) {
  const { t } = useTranslation();
  return (
    <Checkbox
      size={smallestTarget}
      aria-label={t('users.selectAll')}
      checked={isChosen}
      indeterminate={isSome}
      onChange={({ currentTarget }) => onChoose(currentTarget.checked)}
    />
  );
}

function One({ user: { firstName, lastName }, isChosen, onChoose }: Choice & { readonly user: Selectable }) {
  const { t } = useTranslation();
  return (
    <Checkbox
      size={smallestTarget}
      aria-label={t('users.select', { name: `${firstName} ${lastName}` })}
      checked={isChosen}
      onChange={({ currentTarget }) => onChoose(currentTarget.checked)}
    />
  );
}
