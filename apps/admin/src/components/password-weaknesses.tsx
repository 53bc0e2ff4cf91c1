import { List } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Problem } from '../api/problem';

const reasons = ['too-short', 'too-long', 'unusable-characters', 'guessable', 'breached'] as const;

/** Lists the reasons why a password was refused. */
export function PasswordWeaknesses({ error }: { error: Error | null }) {
  const { t } = useTranslation();
  if (!(error instanceof Problem)) return null;
  return (
    <List size="sm">
      {reasons
        .filter((reason) => error.reasons.includes(reason))
        .map((reason) => (
          <List.Item key={reason}>{t(`setPassword.weak.${reason}`)}</List.Item>
        ))}
    </List>
  );
}
