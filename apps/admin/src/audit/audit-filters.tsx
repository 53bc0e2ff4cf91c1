import { Button, Chip, Group, MultiSelect, Pill, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMe } from '../api/me';
import { UserSelect } from '../components/user-select';
import { auditActions, omitUndefined, type AuditSearch } from './audit-search';

interface Props {
  readonly accountId: string;
  readonly search: AuditSearch;
  readonly onSearch: (search: AuditSearch) => void;
  /** The names of the users that the list is filtered by. */
  readonly names: { readonly actor: string | undefined; readonly subject: string | undefined };
}

/** Shows the filters of the audit trail. */
export function AuditFilters({ accountId, search, onSearch, names }: Props) {
  const { t } = useTranslation();
  const isOperator = useMe().accountId === null;
  const set = (change: { [K in keyof AuditSearch]?: AuditSearch[K] | undefined }) =>
    onSearch(omitUndefined({ ...search, ...change }));
  return (
    <Stack gap="xs">
      <SimpleGrid cols={{ base: 2, lg: 5 }} spacing="xs" style={{ alignItems: 'end' }}>
        <UserSelect
          size="xs"
          label={t('audit.actor')}
          accountId={accountId}
          value={search.actor}
          chosenName={names.actor}
          onChange={(id) => set({ actor: id ?? undefined })}
        />
        <UserSelect
          size="xs"
          label={t('audit.subject')}
          accountId={accountId}
          value={search.subject}
          chosenName={names.subject}
          onChange={(id) => set({ subject: id ?? undefined })}
        />
        <MultiSelect
          size="xs"
          label={t('audit.action')}
          {...(!search.action && { placeholder: t('audit.anyAction') })}
          data={auditActions.map((action) => ({ value: action, label: t(`action.${action}`) }))}
          value={search.action ?? []}
          onChange={(chosen) => set({ action: chosen.length ? chosen : undefined })}
          searchable
          clearable
        />
        <TextInput
          size="xs"
          type="date"
          label={t('audit.from')}
          value={search.from ?? ''}
          max={search.to ?? '9999-12-31'}
          onChange={({ currentTarget }) => set({ from: currentTarget.value || undefined })}
        />
        <TextInput
          size="xs"
          type="date"
          label={t('audit.to')}
          value={search.to ?? ''}
          min={search.from ?? ''}
          max="9999-12-31"
          onChange={({ currentTarget }) => set({ to: currentTarget.value || undefined })}
        />
      </SimpleGrid>
      <Group gap="xs">
        {isOperator && (
          <Chip size="xs" checked={search.everywhere === true} onChange={(on) => set({ everywhere: on || undefined })}>
            {t('audit.everywhere')}
          </Chip>
        )}
        {search.correlation && (
          <Pill
            size="md"
            withRemoveButton
            onRemove={() => set({ correlation: undefined })}
            removeButtonProps={{
              'aria-label': t('users.remove', { filter: t('audit.act') }),
              'aria-hidden': false,
              tabIndex: 0,
            }}
          >
            {t('audit.act')}
          </Pill>
        )}
        {Object.keys(search).length > 0 && (
          <Button size="compact-xs" variant="subtle" onClick={() => onSearch({})}>
            {t('users.clear')}
          </Button>
        )}
      </Group>
    </Stack>
  );
}
