import { useMemo, useState } from 'react';
import { Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { ActBar } from '../acts/act-bar';
import { personOf } from '../acts/act';
import { useMay } from '../api/me';
import { PlusIcon } from '../parts/icons';
import { later } from '../parts/later';
import { Page } from '../parts/page';
import { Unread } from '../parts/problems';
import { nobody } from '../parts/select-column';
import { BulkOperations } from './bulk-operations';
import { Filters } from './filters';
import { UsersTable } from './users-table';
import { useUsers, type SearchState } from './use-users';

const AddUser = later(async () => (await import('./add-user')).AddUser);

/** The users of an account: find them, choose some, do something about them. */
export function UsersPage() {
  const { t } = useTranslation();
  const mayAdd = useMay('users:add');
  const { accountId, filter, setFilter, typed, setTyped, search, shown, list, users } = useUsers();
  const [selected, setSelected] = useState(nobody);
  const [adding, add] = useDisclosure();
  // Who has left the list is chosen no more.
  const chosen = useMemo(() => users.filter(({ userId }) => selected.has(userId)), [users, selected]);
  const isFiltered = Object.keys(shown).some((key) => key !== 'sort');

  return (
    <Page
      title={t('users.title')}
      aside={
        <Group gap="xs">
          {search.kind !== 'tooShort' && <BulkOperations accountId={accountId} filter={shown} />}
          {mayAdd && (
            <Button leftSection={<PlusIcon />} onClick={add.open}>
              {t('users.add')}
            </Button>
          )}
        </Group>
      }
    >
      <Stack gap={4}>
        <Filters filter={filter} onFilter={setFilter} typed={typed} onType={setTyped} />
        <Searched state={search} />
      </Stack>
      {chosen.length > 0 && (
        <ActBar
          acts={['lock', 'unlock', 'delete', 'restore']}
          people={chosen.map(personOf)}
          onClear={() => setSelected(nobody)}
        />
      )}
      {list.error && search.kind !== 'tooShort' && <Unread error={list.error} again={list.refetch} />}
      {list.isSuccess && users.length === 0 && (
        <Text c="dimmed">{isFiltered ? t('users.emptyFilter') : t('users.empty')}</Text>
      )}
      <UsersTable
        {...{ accountId, users, list, selected }}
        sort={filter.sort ?? 'lastName'}
        onSort={(sort) => setFilter({ ...filter, sort: sort as NonNullable<typeof filter.sort> })}
        onSelect={setSelected}
      />
      {adding && <AddUser accountId={accountId} onClose={add.close} />}
    </Page>
  );
}

/** Says how the list was searched, also to those who can't see it. */
function Searched({ state }: { state: SearchState }) {
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
