import { Checkbox } from '@mantine/core';
import { createColumnHelper } from '@tanstack/react-table';
import { useTranslation } from 'react-i18next';
import type { ListFeatures } from './list-table';

interface Selectable {
  readonly firstName: string;
  readonly lastName: string;
}

/** The column of boxes that choose users, all of them or one by one. */
export const selectColumn = <User extends Selectable>() =>
  createColumnHelper<ListFeatures, User>().display({
    id: 'select',
    header: ({ table }) => <All isChosen={table.getIsAllRowsSelected()} isSome={table.getIsSomeRowsSelected()} onChange={table.getToggleAllRowsSelectedHandler()} />,
    cell: ({ row }) => <One user={row.original} isChosen={row.getIsSelected()} onChange={row.getToggleSelectedHandler()} />,
  });

interface Choice {
  readonly isChosen: boolean;
  readonly onChange: (event: unknown) => void;
}

function All({ isChosen, isSome, onChange }: Choice & { readonly isSome: boolean }) {
  const { t } = useTranslation();
  return <Checkbox aria-label={t('users.selectAll')} checked={isChosen} indeterminate={isSome} onChange={onChange} />;
}

function One({ user: { firstName, lastName }, isChosen, onChange }: Choice & { readonly user: Selectable }) {
  const { t } = useTranslation();
  return <Checkbox aria-label={t('users.select', { name: `${firstName} ${lastName}` })} checked={isChosen} onChange={onChange} />;
}
