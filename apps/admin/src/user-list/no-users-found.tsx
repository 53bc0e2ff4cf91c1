import { Button, Group, Paper, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { effectiveStatuses, memberStatuses, type UserFilter } from '../api/users';
import { useStatusLabel } from '../components/badges';
import { withFilter, withoutFilters, type UserListSearch } from './user-list-search';

/** The labels may be longer than a line on a phone. */
const wrapping = { h: 'auto', mih: 36, py: 6, styles: { label: { whiteSpace: 'normal' } } } as const;

interface Props {
  readonly filter: UserFilter;
  readonly onFilter: (filter: UserListSearch) => void;
  readonly onClearSearch: () => void;
}

/** Shows that no user matches, which statuses were searched, and buttons that widen the search. */
export function NoUsersFound({ filter: { search, ...filter }, onFilter, onClearSearch }: Props) {
  const { t, i18n } = useTranslation();
  const label = useStatusLabel();
  const searched = filter.effectiveStatus ?? memberStatuses;
  const statuses = new Intl.ListFormat(i18n.language, { type: 'conjunction' }).format(searched.map(label));
  const isComplete = effectiveStatuses.every((one) => searched.includes(one));
  const isFiltered = Object.keys(filter).some((key) => key !== 'sort');
  return (
    <Paper withBorder p="lg">
      <Stack gap="sm" align="flex-start">
        <Text style={{ overflowWrap: 'anywhere' }}>
          {search ? t('userList.noneMatches', { search }) : t('userList.noneFits')}
        </Text>
        {!isComplete && (
          <Text size="sm" c="dimmed">
            {t('userList.searchedAmong', { statuses })}
          </Text>
        )}
        <Group gap="xs">
          {!isComplete && (
            <Button
              {...wrapping}
              onClick={() => onFilter(withFilter(filter, { effectiveStatus: [...effectiveStatuses] }))}
            >
              {filter.effectiveStatus ? t('userList.searchAll') : t('userList.searchFormer')}
            </Button>
          )}
          {isFiltered && (
            <Button {...wrapping} variant="default" onClick={() => onFilter(withoutFilters(filter))}>
              {t('userList.withoutFilters')}
            </Button>
          )}
          {search && (
            <Button {...wrapping} variant="default" onClick={onClearSearch}>
              {t('userList.clearSearch')}
            </Button>
          )}
        </Group>
      </Stack>
    </Paper>
  );
}
