import { Box, Button, Group, Pill, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { useCountryName } from '../parts/country-name';
import { FilterIcon, SearchIcon } from '../parts/icons';
import { later } from '../parts/later';
import { useDates } from '../parts/when';
import { withFilter, type UsersSearch } from './filter';

const Choices = later(async () => (await import('./choices')).Choices);

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
      <Chosen filter={filter} onFilter={onFilter} />
    </Stack>
  );
}

type Change = Pick<Props, 'filter' | 'onFilter'>;

/** The filters that are set, each to be taken off. */
function Chosen({ filter, onFilter }: Change) {
  const { t } = useTranslation();
  const countryName = useCountryName();
  const { day } = useDates();
  const { status, locked, role, country, lastLoginBefore } = filter;
  const chosen: [string, UsersSearch][] = [
    ...(status ?? []).map((one): [string, UsersSearch] => {
      const others = status!.filter((other) => other !== one);
      return [t(`status.${one}`), withFilter(filter, { status: others.length ? others : undefined })];
    }),
    ...(locked === undefined
      ? []
      : [
          [locked ? t('users.isLocked') : t('users.isNotLocked'), withFilter(filter, { locked: undefined })] as [
            string,
            UsersSearch,
          ],
        ]),
    ...(role ? [[t(`role.${role}`), withFilter(filter, { role: undefined })] as [string, UsersSearch]] : []),
    ...(country ? [[countryName(country), withFilter(filter, { country: undefined })] as [string, UsersSearch]] : []),
    ...(lastLoginBefore
      ? [
          [`${t('users.notSince')} ${day(lastLoginBefore)}`, withFilter(filter, { lastLoginBefore: undefined })] as [
            string,
            UsersSearch,
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
      <Button size="compact-xs" variant="subtle" onClick={() => onFilter(filter.sort ? { sort: filter.sort } : {})}>
        {t('users.clear')}
      </Button>
    </Group>
  );
}
