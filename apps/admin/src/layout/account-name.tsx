import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useOwnAccount } from '../api/me';

/** Shows the name of the user's account in the header. */
export function AccountName() {
  const { t } = useTranslation();
  const account = useOwnAccount();
  return (
    account && (
      <Text component="span" size="sm" truncate title={`${t('shell.account')}: ${account.name}`}>
        {account.name}
      </Text>
    )
  );
}
