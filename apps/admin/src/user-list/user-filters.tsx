import { Box, Button, Group, Pill, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { useStatusLabel } from '../components/badges';
import { useCountryName } from '../components/country-name';
import { FilterIcon, SearchIcon } from '../components/icons';
import { lazyComponent } from '../components/lazy-component';
import { useDateFormats } from '../components/date-time';
import { toggleStatus, withFilter, withoutFilters, type UserListSearch } from './user-list-search';

const Choices = lazyComponent(async () => (await import('./user-filter-form')).UserFilterForm);

interface Props {
  readonly filter: UserListSearch;
  readonly onFilter: (filter: UserListSearch) => void;
  readonly typed: string;
  readonly onType: (typed: string) => void;
}

/** Shows the search field and the filters. Active filters are shown also while the form is closed. */
export function UserFilters({ filter, onFilter, typed, onType }: Props) {
  const { t } = useTranslation();
  const [opened, { toggle }] = useDisclosure();
  return (
    <Stack gap="xs">
      <Group gap="xs">
        <TextInput
          flex={1}
          miw={180}
          type="search"
          aria-label={t('users.search')}
          placeholder={t('users.search')}
          leftSection={<SearchIcon />}
          value={typed}
          onChange={({ currentTarget }) => onType(currentTarget.value)}
          maxLength={100}
        />
        <Button
          variant="default"
          leftSection={<FilterIcon />}
          onClick={toggle}
          aria-expanded={opened}
          aria-controls="filters"
        >
          {t('users.filters')}
        </Button>
      </Group>
      {opened && (
        <Box id="filters">
          <Choices filter={filter} onFilter={onFilter} />
        </Box>
      )}
      <ActiveFilters filter={filter} onFilter={onFilter} />
    </Stack>
  );
}

type FilterProps = Pick<Props, 'filter' | 'onFilter'>;

/** Shows the active filters, each with a button that removes it. */
function ActiveFilters({ filter, onFilter }: FilterProps) {
  const { t } = useTranslation();
  const countryName = useCountryName();
  const { day } = useDateFormats();
  const label = useStatusLabel();
  const { effectiveStatus, role, country, lastLoginBefore } = filter;
  const chosen: [string, UserListSearch][] = [
    ...(effectiveStatus ?? []).map((one): [string, UserListSearch] => [label(one), toggleStatus(filter, one)]),
    ...(role ? [[t(`role.${role}`), withFilter(filter, { role: undefined })] as [string, UserListSearch]] : []),
    ...(country
      ? [[countryName(country), withFilter(filter, { country: undefined })] as [string, UserListSearch]]
      : []),
    ...(lastLoginBefore
      ? [
          [`${t('users.notSince')} ${day(lastLoginBefore)}`, withFilter(filter, { lastLoginBefore: undefined })] as [
            string,
            UserListSearch,
          ],
        ]
      : []),
  ];
  if (!chosen.length) return null;
  return (
    <Group gap={6}>
      {chosen.map(([label, without]) => (
        <Pill
          key={label}
          size="md"
          withRemoveButton
          onRemove={() => onFilter(without)}
          removeButtonProps={{ 'aria-label': t('users.remove', { filter: label }), 'aria-hidden': false, tabIndex: 0 }}
        >
          {label}
        </Pill>
      ))}
      <Button size="compact-xs" variant="subtle" onClick={() => onFilter(withoutFilters(filter))}>
        {t('users.clear')}
      </Button>
    </Group>
  );
}
