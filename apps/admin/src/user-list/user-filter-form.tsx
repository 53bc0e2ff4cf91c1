import { Chip, Group, Stack, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useStatusLabel } from '../components/badges';
import { CountrySelect } from '../components/country-select';
import { effectiveStatuses, roles } from '../api/users';
import { withFilter, type UserListSearch } from './user-list-search';

interface Props {
  readonly filter: UserListSearch;
  readonly onFilter: (filter: UserListSearch) => void;
}

/** Shows the form with all filters of the list. */
export function UserFilterForm({ filter, onFilter }: Props) {
  const { t } = useTranslation();
  const label = useStatusLabel();
  const { effectiveStatus = [], role, country, lastLoginBefore } = filter;
  return (
    <Stack gap="sm" py="xs">
      <Chip.Group
        multiple
        value={effectiveStatus}
        onChange={(chosen) => onFilter(withFilter(filter, { effectiveStatus: chosen.length ? chosen : undefined }))}
      >
        <Group gap={6} role="group" aria-label={t('user.status')}>
          {effectiveStatuses.map((one) => (
            <Chip key={one} value={one} size="xs">
              {label(one)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      <Group gap={6} role="group" aria-label={t('user.roles')}>
        {roles.map((one) => (
          <Chip
            key={one}
            size="xs"
            checked={role === one}
            onChange={(on) => onFilter(withFilter(filter, { role: on ? one : undefined }))}
          >
            {t(`role.${one}`)}
          </Chip>
        ))}
      </Group>
      <Group gap="xs" align="flex-end">
        <CountrySelect
          size="xs"
          label={t('user.country')}
          value={country ?? null}
          clearable
          onChange={(code) => onFilter(withFilter(filter, { country: code ?? undefined }))}
        />
        <TextInput
          size="xs"
          type="date"
          label={t('users.notSince')}
          value={lastLoginBefore ?? ''}
          onChange={({ currentTarget }) =>
            onFilter(withFilter(filter, { lastLoginBefore: currentTarget.value || undefined }))
          }
        />
      </Group>
    </Stack>
  );
}
