import { Button, Chip, Group, MultiSelect, Pill, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMe } from '../api/me';
import { UserSelect } from '../components/user-select';
import {
  auditActions,
  auditPeriods,
  locksAndDeletions,
  omitUndefined,
  showsLogins,
  type AuditSearch,
} from './audit-search';

interface Props {
  readonly accountId: string;
  readonly search: AuditSearch;
  readonly onSearch: (search: AuditSearch) => void;
  /** The names of the users that the list is filtered by. */
  readonly names: { readonly actor: string | undefined; readonly subject: string | undefined };
}

type SearchChange = { [K in keyof AuditSearch]?: AuditSearch[K] | undefined };

/** Shows the filters of the audit trail. */
export function AuditFilters({ accountId, search, onSearch, names }: Props) {
  const { t } = useTranslation();
  const set = (change: SearchChange) => onSearch(omitUndefined({ ...search, ...change }));
  const isCustom = search.period === 'custom';
  return (
    <Stack gap="xs">
      <PeriodChips search={search} set={set} />
      <SimpleGrid cols={{ base: 2, sm: 3, lg: isCustom ? 5 : 3 }} spacing="xs" style={{ alignItems: 'end' }}>
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
        {isCustom && (
          <>
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
          </>
        )}
      </SimpleGrid>
      <Presets search={search} set={set} onClear={() => onSearch({})} />
    </Stack>
  );
}

interface PartProps {
  readonly search: AuditSearch;
  readonly set: (change: SearchChange) => void;
}

function PeriodChips({ search, set }: PartProps) {
  const { t } = useTranslation();
  return (
    <Group gap={6} role="radiogroup" aria-label={t('audit.period')}>
      <Chip.Group
        value={search.period ?? 'ever'}
        onChange={(period) => set({ period: period === 'ever' ? undefined : period, from: undefined, to: undefined })}
      >
        {(['ever', ...auditPeriods] as const).map((period) => (
          <Chip key={period} size="xs" value={period}>
            {t(`audit.periods.${period}`)}
          </Chip>
        ))}
      </Chip.Group>
    </Group>
  );
}

/** Shows the filters that are switched on and off. */
function Presets({ search, set, onClear }: PartProps & { onClear: () => void }) {
  const { t } = useTranslation();
  const isOperator = useMe().accountId === null;
  const hasPreset = search.action?.join() === locksAndDeletions.join();
  return (
    <Group gap="xs">
      <Chip size="xs" checked={hasPreset} onChange={(on) => set({ action: on ? [...locksAndDeletions] : undefined })}>
        {t('audit.locksAndDeletions')}
      </Chip>
      {isOperator && (
        <Chip size="xs" checked={search.everywhere === true} onChange={(on) => set({ everywhere: on || undefined })}>
          {t('audit.everywhere')}
        </Chip>
      )}
      {!search.action && !search.correlation && (
        <Switch
          size="xs"
          label={t('audit.logins')}
          checked={showsLogins(search)}
          onChange={({ currentTarget }) => set({ logins: currentTarget.checked || undefined })}
        />
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
        <Button size="compact-xs" variant="subtle" onClick={onClear}>
          {t('users.clear')}
        </Button>
      )}
    </Group>
  );
}
