import { Button, Group, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { BulkActionBar } from '../user-actions/bulk-action-bar';
import { toTargetUser } from '../user-actions/user-actions';
import { useHasPermission } from '../api/me';
import { readTotal } from '../api/users';
import { PlusIcon } from '../components/icons';
import { lazyComponent } from '../components/lazy-component';
import { Page } from '../components/page';
import { LoadError } from '../components/problems';
import { noneSelected } from '../components/select-column';
import { BulkOperationsMenu } from './bulk-operations-menu';
import { SearchStatus } from './search-status';
import { StatusBar } from './status-bar';
import { UserFilters } from './user-filters';
import { withFilter } from './user-list-search';
import { UserTable } from './user-table';
import { useUserList } from './use-user-list';

const FirstSteps = lazyComponent(async () => (await import('./first-steps')).FirstSteps);
const NoUsersFound = lazyComponent(async () => (await import('./no-users-found')).NoUsersFound);
const AddUser = lazyComponent(async () => (await import('./add-user-dialog')).AddUserDialog);

const route = getRouteApi('/in/accounts/$accountId/users');

/** The page with an account's users. Another account begins with its own search and selection. */
export function UserListPage() {
  const { accountId } = route.useParams();
  return <UserList key={accountId} />;
}

/** Shows the users with search, filters, selection and actions. */
function UserList() {
  const { t } = useTranslation();
  const mayAdd = useHasPermission('users:add');
  const { accountId, filter, setFilter, typed, setTyped, search, fullFilter, list, users, selection, place } =
    useUserList();
  const [isAdding, addDialog] = useDisclosure();
  const { selected, selectedUsers, select } = selection;
  const isFiltered = Object.keys(fullFilter).some((key) => key !== 'sort');
  const total = list.isPlaceholderData ? undefined : readTotal(list.data?.pages);

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
      <Stack gap="xs">
        <UserFilters filter={filter} onFilter={setFilter} typed={typed} onType={setTyped} />
        <StatusBar accountId={accountId} filter={filter} onFilter={setFilter}>
          <SearchStatus accountId={accountId} state={search} filter={fullFilter} total={total} />
        </StatusBar>
      </Stack>
      {selectedUsers.length > 0 && (
        <BulkActionBar
          actions={['LockUser', 'UnlockUser', 'DeleteUser', 'RestoreUser']}
          users={selectedUsers.map(toTargetUser)}
          onClear={() => select(noneSelected)}
        />
      )}
      {list.error && search.kind !== 'tooShort' && <LoadError error={list.error} onRetry={list.refetch} />}
      {!isFiltered && total && total.count <= 1 && <FirstSteps accountId={accountId} onAdd={addDialog.open} />}
      {isFiltered && total?.count === 0 && (
        <NoUsersFound filter={fullFilter} onFilter={setFilter} onClearSearch={() => setTyped('')} />
      )}
      {search.kind !== 'tooShort' && total?.count !== 0 && (
        <UserTable
          {...{ accountId, users, list, selected, total: total?.count }}
          sort={filter.sort ?? 'lastName'}
          onSort={(sort) => setFilter(withFilter(filter, { sort: sort as NonNullable<typeof filter.sort> }))}
          onSelect={select}
          place={place}
        />
      )}
      {isAdding && <AddUser accountId={accountId} onClose={addDialog.close} />}
    </Page>
  );
}
