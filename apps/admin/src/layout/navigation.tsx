import { Badge } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { summaryQuery } from '../api/accounts';
import { mailCountsQuery } from '../api/mails';
import { useMe } from '../api/me';
import { AccountIcon, AccountsIcon, AuditIcon, InboxIcon, UnsentMailIcon, UsersIcon } from '../components/icons';
import { NavigationLink } from '../components/links';
import { getRememberedAccount } from './remembered-account';

/** Shows the links to the pages that the caller may open; links to account pages lead to the current account. `onNavigate` is called when one is clicked. */
export function Navigation({ onNavigate }: { onNavigate: () => void }) {
  const { t } = useTranslation();
  const { accountId: ownAccountId, permissions } = useMe();
  const { accountId = ownAccountId ?? getRememberedAccount() } = useParams({ strict: false });
  return (
    <>
      {accountId && permissions.includes('users:read') && (
        <AccountNavigation accountId={accountId} onNavigate={onNavigate} />
      )}
      {ownAccountId === null && (
        <NavigationLink
          to="/accounts"
          activeProps={{ active: true }}
          activeOptions={{ exact: true }}
          label={t('page.accounts')}
          leftSection={<AccountsIcon />}
          onClick={onNavigate}
        />
      )}
      {ownAccountId === null && permissions.includes('mails:manage') && (
        <NavigationLink
          to="/mails"
          activeProps={{ active: true }}
          label={t('mails.title')}
          leftSection={<UnsentMailIcon />}
          rightSection={<GivenUpMailCount />}
          onClick={onNavigate}
        />
      )}
    </>
  );
}

/** Shows the number of mails that were given up, which only an operator can send. */
function GivenUpMailCount() {
  const { t } = useTranslation();
  const { data } = useQuery(mailCountsQuery);
  if (!data?.parked) return null;
  return (
    <Badge circle={data.parked < 10} color="red" aria-label={t('mails.parkedCount', { count: data.parked })}>
      {data.parked}
    </Badge>
  );
}

function AccountNavigation({ accountId, onNavigate }: { accountId: string; onNavigate: () => void }) {
  const { t } = useTranslation();
  const { permissions } = useMe();
  const params = { accountId };
  return (
    <>
      <NavigationLink
        to="/accounts/$accountId/users"
        params={params}
        activeProps={{ active: true }}
        label={t('shell.users')}
        leftSection={<UsersIcon />}
        onClick={onNavigate}
      />
      <NavigationLink
        to="/accounts/$accountId/approvals"
        params={params}
        activeProps={{ active: true }}
        label={t('shell.approvals')}
        leftSection={<InboxIcon />}
        rightSection={<PendingApprovalCount accountId={accountId} />}
        onClick={onNavigate}
      />
      {permissions.includes('audit:read') && (
        <NavigationLink
          to="/accounts/$accountId/audit"
          params={params}
          activeProps={{ active: true }}
          label={t('page.audit')}
          leftSection={<AuditIcon />}
          onClick={onNavigate}
        />
      )}
      <NavigationLink
        to="/accounts/$accountId"
        params={params}
        activeProps={{ active: true }}
        activeOptions={{ exact: true }}
        label={t('page.account')}
        leftSection={<AccountIcon />}
        onClick={onNavigate}
      />
    </>
  );
}

/** Shows the number of users who wait for approval. */
function PendingApprovalCount({ accountId }: { accountId: string }) {
  const { t } = useTranslation();
  const { data } = useQuery(summaryQuery(accountId));
  if (!data?.pending) return null;
  return (
    <Badge circle={data.pending < 10} color="red" aria-label={t('approvals.waiting', { count: data.pending })}>
      {data.pending}
    </Badge>
  );
}
