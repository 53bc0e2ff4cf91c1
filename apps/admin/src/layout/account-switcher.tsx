import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { accountsQuery } from '../api/accounts';

/** A search field in the header with which an operator (who belongs to no account) opens the users of another account. */
export function AccountSwitcher() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { accountId } = useParams({ strict: false });
  const { data } = useQuery(accountsQuery);
  return (
    <Select
      size="xs"
      w={{ base: 130, xs: 220 }}
      aria-label={t('shell.account')}
      placeholder={t('shell.findAccount')}
      nothingFoundMessage={t('shell.noAccounts')}
      data={(data?.items ?? []).map(({ accountId: value, name }) => ({ value, label: name }))}
      value={accountId ?? null}
      onChange={(next) => next && void navigate({ to: '/accounts/$accountId/users', params: { accountId: next } })}
      searchable
      allowDeselect={false}
    />
  );
}
