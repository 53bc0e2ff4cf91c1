import { useState } from 'react';
import { Alert, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { getSessionEndReason } from '../api/session-end-reason';

/** Says why the session in this browser has ended, if the server has told. */
export function SessionEndNotice() {
  const { t } = useTranslation();
  const [reason] = useState(getSessionEndReason);
  if (!reason) return null;
  const isHarmless = reason === 'idle' || reason === 'expired';
  return (
    <Alert variant="light" color={isHarmless ? 'blue' : 'yellow'} role="status">
      <Text size="sm" fw={700}>
        {t('login.endedTitle')}
      </Text>
      {t(`login.ended.${reason}`)}
    </Alert>
  );
}
