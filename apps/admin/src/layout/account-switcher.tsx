import { useNavigate, useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { AccountSelect } from '../components/account-select';

/** A search field in the header with which an operator (who belongs to no account) opens the users of another account. */
export function AccountSwitcher() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { accountId } = useParams({ strict: false });
  return (
    <AccountSelect
      size="xs"
      w={{ base: 130, xs: 220 }}
      aria-label={t('shell.account')}
      placeholder={t('shell.findAccount')}
      value={accountId ?? null}
      onChange={(next) => next && void navigate({ to: '/accounts/$accountId/users', params: { accountId: next } })}
      allowDeselect={false}
    />
  );
}
