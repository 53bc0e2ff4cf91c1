import { useMemo, useState } from 'react';
import { Text } from '@mantine/core';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { auditQuery, type AuditItem } from '../api/audit';
import { userQuery } from '../api/users';
import { lazyComponent } from '../components/lazy-component';
import { Page } from '../components/page';
import { LoadError } from '../components/problems';
import { AuditTable } from './audit-table';
import { AuditFilters } from './audit-filters';
import { toAuditFilter, type AuditSearch } from './audit-search';

const Details = lazyComponent(async () => (await import('./audit-details')).AuditDetails);

const route = getRouteApi('/in/accounts/$accountId/audit');
const none: AuditItem[] = [];

/** The page that searches the audit trail. */
export function AuditPage() {
  const { t } = useTranslation();
  const { accountId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery({ ...auditQuery(toAuditFilter(accountId, search)), placeholderData: keepPreviousData });
  const items = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? none, [list.data]);
  const [opened, setOpened] = useState<AuditItem>();
  const setSearch = (next: AuditSearch) => {
    setOpened(undefined);
    void navigate({ search: next });
  };
  const names = {
    actor: useUserName(accountId, search.actor, items.find(({ actor }) => actor.id === search.actor)?.actor.name),
    subject: useUserName(
      accountId,
      search.subject,
      items.find(({ subject }) => subject.id === search.subject)?.subject.name,
    ),
  };
  return (
    <Page title={t('page.audit')}>
      <AuditFilters {...{ accountId, search, names }} onSearch={setSearch} />
      {list.error && <LoadError error={list.error} onRetry={list.refetch} />}
      {list.isSuccess && items.length === 0 ? (
        <Text c="dimmed">{t('audit.empty')}</Text>
      ) : (
        <AuditTable accountId={accountId} items={items} list={list} shownAct={search.correlation} onOpen={setOpened} />
      )}
      {opened && (
        <Details item={opened} accountId={accountId} onSearch={setSearch} onClose={() => setOpened(undefined)} />
      )}
    </Page>
  );
}

/** Returns the name of the user that the list is filtered by: `known` if given, else from the account. */
function useUserName(accountId: string, id: string | undefined, known: string | null | undefined): string | undefined {
  const { data } = useQuery({ ...userQuery(accountId, id ?? ''), enabled: id !== undefined && !known, retry: false });
  return known ?? (data && `${data.firstName} ${data.lastName}`);
}
