import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { UserDetail } from '../api/users';

/** Shows a warning if the user's log was changed from outside Rollbook. */
export function LogWarning({ warnings }: Pick<UserDetail, 'warnings'>) {
  const { t } = useTranslation();
  if (!warnings.includes('log.tampered')) return null;
  return (
    <Alert color="red" variant="light" title={t('userPage.tamperedTitle')}>
      {t('userPage.tampered')}
    </Alert>
  );
}
