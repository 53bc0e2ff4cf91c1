import { Checkbox, List, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';
import { DateTime } from '../components/date-time';

type IssuedToken = Schemas['IssuedToken'];

interface Props {
  readonly tokens: readonly IssuedToken[];
  readonly isEnding: boolean;
  readonly onChange: (end: boolean) => void;
}

/** Lists the tokens of services that the users issued, which would stay valid, and asks whether to end them. Shows nothing if there are none. */
export function IssuedTokensChoice({ tokens, isEnding, onChange }: Props) {
  const { t } = useTranslation();
  if (!tokens.length) return null;
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600}>
        {t('act.issued', { count: tokens.length })}
      </Text>
      <List size="sm">
        {tokens.map(({ tokenId, name, expiresAt }) => (
          <List.Item key={tokenId}>
            {name ?? t('history.nameless')} (<DateTime at={expiresAt} />)
          </List.Item>
        ))}
      </List>
      <Checkbox
        label={t('act.endIssued')}
        checked={isEnding}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
    </Stack>
  );
}
