import { useMemo, useState } from 'react';
import { Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { BulkActionBar } from '../user-actions/bulk-action-bar';
import { toTargetUser } from '../user-actions/user-actions';
import { useHasPermission } from '../api/me';
import { PlusIcon } from '../components/icons';
import { lazyComponent } from '../components/lazy-component';
import { Page } from '../components/page';
import { LoadError } from '../components/problems';
import { noneSelected } from '../components/select-column';
import { BulkOperationsMenu } from './bulk-operations-menu';
import { UserFilters } from './user-filters';
import { UserTable } from './user-table';
import { useUserList, type SearchState } from './use-user-list';

const AddUser = lazyComponent(async () => (await import('./add-user-dialog')).AddUserDialog);

/** The page with an account's users: search, filters, selection and actions. */
export function UserListPage() {
  const { t } = useTranslation();
  const mayAdd = useHasPermission('users:add');
  const { accountId, filter, setFilter, typed, setTyped, search, fullFilter, list, users } = useUserList();
  const [selected, setSelected] = useState(noneSelected);
  const [isAdding, addDialog] = useDisclosure();
  // A user who is no longer in the list is not selected any more.
  const selectedUsers = useMemo(() => users.filter(({ userId }) => selected.has(userId)), [users, selected]);
  const isFiltered = Object.keys(fullFilter).some((key) => key !== 'sort');

  return (
    <Page
      title={t('users.title')}
      aside={
        <Group gap="xs">
          {search.kind !== 'tooShort' && <BulkOperationsMenu accountId={accountId} filter={fullFilter} />}
          {mayAdd && (
            <Button leftSection={<PlusIcon />} onClick={addDialog.open}>
              {t('users.add')}
            </Button>
          )}
        </Group>
      }
    >
      <Stack gap={4}>
        <UserFilters filter={filter} onFilter={setFilter} typed={typed} onType={setTyped} />
        <SearchStatus state={search} />
      </Stack>
      {selectedUsers.length > 0 && (
        <BulkActionBar
          actions={['LockUser', 'UnlockUser', 'DeleteUser', 'RestoreUser']}
          users={selectedUsers.map(toTargetUser)}
          onClear={() => setSelected(noneSelected)}
        />
      )}
      {list.error && search.kind !== 'tooShort' && <LoadError error={list.error} onRetry={list.refetch} />}
      {list.isSuccess && users.length === 0 && (
        <Text c="dimmed">{isFiltered ? t('users.emptyFilter') : t('users.empty')}</Text>
      )}
      <UserTable
        {...{ accountId, users, list, selected }}
        sort={filter.sort ?? 'lastName'}
        onSort={(sort) => setFilter({ ...filter, sort: sort as NonNullable<typeof filter.sort> })}
        onSelect={setSelected}
      />
      {isAdding && <AddUser accountId={accountId} onClose={addDialog.close} />}
    </Page>
  );
}

/** Tells how the list was searched, also to screen readers. */
function SearchStatus({ state }: { state: SearchState }) {
  const { t } = useTranslation();
  const texts: Record<Exclude<SearchState['kind'], 'found'>, string> = {
    none: '',
    pending: t('users.searching'),
    tooShort: t('users.searchTooShort'),
  };
  return (
    <Text size="sm" c="dimmed" role="status">
      {state.kind !== 'found'
        ? texts[state.kind]
        : state.beginningsOnly.length > 0
          ? t('users.searchedBeginnings', { words: state.beginningsOnly.join(', ') })
          : t('users.searchedParts', { search: state.search })}
    </Text>
  );
}
