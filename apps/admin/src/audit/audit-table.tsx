import { useMemo, useState } from 'react';
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditItem } from '../api/audit';
import { ActorName, SubjectName } from '../audit-items/party-names';
import { useActorName } from '../audit-items/names';
import { DateTime } from '../components/date-time';
import type { ListQuery } from '../components/list-query';
import { ListTable, type Column } from '../components/list-table';
import { findSubjects, toRows, type Act, type AuditRow } from './audit-acts';
import { ActCell, ItemCell } from './audit-cells';

interface Props {
  readonly accountId: string;
  readonly items: AuditItem[];
  readonly list: ListQuery;
  /** The id of the only act that is shown, whose items are not grouped. */
  readonly shownAct: string | undefined;
  readonly onOpen: (item: AuditItem) => void;
}

/**
 * Shows audit items as a table, those of one act together; a click on an item calls `onOpen`. `list` is the query that loads
 * further pages.
 */
export function AuditTable({ accountId, items, list, shownAct, onOpen }: Props) {
  const { t } = useTranslation();
  const [openActs, setOpenActs] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => toRows(items, openActs, shownAct), [items, openActs, shownAct]);
  const toggle = (id: string) =>
    setOpenActs((open) => (open.has(id) ? new Set([...open].filter((other) => other !== id)) : new Set([...open, id])));
  const columns: Column<AuditRow>[] = [
    {
      id: 'action',
      header: t('history.what'),
      cell: (row) =>
        'act' in row ? (
          <ActCell act={row.act} isOpen={row.isOpen} onToggle={() => toggle(row.id)} />
        ) : (
          <ItemCell item={row.item} isInside={row.isInside} onOpen={() => onOpen(row.item)} />
        ),
    },
    {
      id: 'subject',
      header: t('history.whom'),
      cell: (row) => (
        <>
          {'act' in row ? (
            <ActSubjects act={row.act} accountId={accountId} />
          ) : (
            <SubjectName item={row.item} accountId={accountId} />
          )}
          <ByActor item={firstOf(row)} />
        </>
      ),
    },
    { id: 'actor', header: t('history.who'), cell: (row) => <ActorName item={firstOf(row)} accountId={accountId} /> },
    { id: 'recordedAt', header: t('history.when'), cell: (row) => <DateTime at={firstOf(row).at} /> },
    {
      id: 'reason',
      header: t('history.why'),
      cell: (row) => (
        <Text size="sm" lineClamp={3}>
          {firstOf(row).reason}
        </Text>
      ),
    },
  ];
  return (
    <ListTable columns={columns} rows={rows} idOf={({ id }) => id} label={t('page.audit')} list={list} hasTallRows />
  );
}

/** Returns the item of a row; of an act, its first one with a reason, because the items of an act share it. */
const firstOf = (row: AuditRow): AuditItem =>
  'item' in row ? row.item : (row.act.items.find(({ reason }) => reason !== null) ?? row.act.items[0]!);

function ActSubjects({ act, accountId }: { act: Act; accountId: string }) {
  const { t } = useTranslation();
  const subjects = findSubjects(act);
  if (subjects.length === 1) return <SubjectName item={subjects[0]!} accountId={accountId} />;
  const areUsers = subjects.every(({ subject }) => subject.kind === 'user');
  return (
    <>
      {t(areUsers ? 'audit.users' : 'audit.records', { count: subjects.length })}
      <Text size="xs" c="dimmed" lineClamp={1}>
        {subjects
          .slice(0, 5)
          .map(({ subject }) => subject.name ?? t('history.nameless'))
          .join(', ')}
      </Text>
    </>
  );
}

/** Names the actor on narrow screens, which have no column for it. */
function ByActor({ item }: { item: AuditItem }) {
  const { t } = useTranslation();
  const actorName = useActorName();
  return (
    <Text size="xs" c="dimmed" hiddenFrom="sm">
      {t('history.by', { name: actorName(item.actor) })}
    </Text>
  );
}
