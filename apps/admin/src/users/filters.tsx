import { Button, Chip, Collapse, Group, Pill, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { CountrySelect, useCountryName } from '../parts/countries';
import { FilterIcon, SearchIcon } from '../parts/icons';
import { useDates } from '../parts/when';
import { roles, statuses, type UsersSearch } from './filter';

interface Props {
  readonly filter: UsersSearch;
  readonly onFilter: (filter: UsersSearch) => void;
  readonly typed: string;
  readonly onType: (typed: string) => void;
}

/** Search and filters; those that are set stay in sight. */
export function Filters({ filter, onFilter, typed, onType }: Props) {
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
        <Button variant="default" leftSection={<FilterIcon />} onClick={toggle} aria-expanded={opened} aria-controls="filters">
          {t('users.filters')}
        </Button>
      </Group>
      <Collapse expanded={opened} id="filters">
        <Choices filter={filter} onFilter={onFilter} />
      </Collapse>
      <Chosen filter={filter} onFilter={onFilter} />
    </Stack>
  );
}

type Change = Pick<Props, 'filter' | 'onFilter'>;

/** Without the fields that are `undefined`. */
const set = (filter: UsersSearch, change: { [K in keyof UsersSearch]?: UsersSearch[K] | undefined }): UsersSearch =>
  Object.fromEntries(Object.entries({ ...filter, ...change }).filter(([, value]) => value !== undefined));

function Choices({ filter, onFilter }: Change) {
  const { t } = useTranslation();
  const { status = [], locked, role, country, lastLoginBefore } = filter;
  return (
    <Stack gap="sm" py="xs">
      <Chip.Group multiple value={status} onChange={(chosen) => onFilter(set(filter, { status: chosen.length ? (chosen) : undefined }))}>
        <Group gap={6} role="group" aria-label={t('user.status')}>
          {statuses.map((one) => (
            <Chip key={one} value={one} size="xs">
              {t(`status.${one}`)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      <Group gap={6} role="group" aria-label={t('lock.locked')}>
        {[true, false].map((value) => (
          <Chip key={String(value)} size="xs" checked={locked === value} onChange={(on) => onFilter(set(filter, { locked: on ? value : undefined }))}>
            {value ? t('users.isLocked') : t('users.isNotLocked')}
          </Chip>
        ))}
      </Group>
      <Group gap={6} role="group" aria-label={t('user.roles')}>
        {roles.map((one) => (
          <Chip key={one} size="xs" checked={role === one} onChange={(on) => onFilter(set(filter, { role: on ? one : undefined }))}>
            {t(`role.${one}`)}
          </Chip>
        ))}
      </Group>
      <Group gap="xs" align="flex-end">
        <CountrySelect size="xs" label={t('user.country')} value={country ?? null} clearable onChange={(code) => onFilter(set(filter, { country: code ?? undefined }))} />
        <TextInput
          size="xs"
          type="date"
          label={t('users.notSince')}
          value={lastLoginBefore ?? ''}
          onChange={({ currentTarget }) => onFilter(set(filter, { lastLoginBefore: currentTarget.value || undefined }))}
        />
      </Group>
    </Stack>
  );
}

/** The filters that are set, each to be taken off. */
function Chosen({ filter, onFilter }: Change) {
  const { t } = useTranslation();
  const countryName = useCountryName();
  const { date } = useDates();
  const { status, locked, role, country, lastLoginBefore } = filter;
  const chosen: [string, UsersSearch][] = [
    ...(status ?? []).map((one): [string, UsersSearch] => {
      const others = status!.filter((other) => other !== one);
      return [t(`status.${one}`), set(filter, { status: others.length ? others : undefined })];
    }),
    ...(locked === undefined ? [] : [[locked ? t('users.isLocked') : t('users.isNotLocked'), set(filter, { locked: undefined })] as [string, UsersSearch]]),
    ...(role ? [[t(`role.${role}`), set(filter, { role: undefined })] as [string, UsersSearch]] : []),
    ...(country ? [[countryName(country), set(filter, { country: undefined })] as [string, UsersSearch]] : []),
    ...(lastLoginBefore
      ? [[`${t('users.notSince')} ${date(lastLoginBefore)}`, set(filter, { lastLoginBefore: undefined })] as [string, UsersSearch]]
      : []),
  ];
  if (!chosen.length) return null;
  return (
    <Group gap={6}>
      {chosen.map(([label, without]) => (
        <Pill key={label} size="md" withRemoveButton onRemove={() => onFilter(without)} removeButtonProps={{ 'aria-label': t('users.remove', { filter: label }), 'aria-hidden': false, tabIndex: 0 }}>
          {label}
        </Pill>
      ))}
      <Button size="compact-xs" variant="subtle" onClick={() => onFilter(filter.sort ? { sort: filter.sort } : {})}>
        {t('users.clear')}
      </Button>
    </Group>
  );
}
