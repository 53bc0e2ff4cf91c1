import { Checkbox, List, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';
import { When } from '../parts/when';

type IssuedToken = Schemas['IssuedToken'];

interface Props {
  readonly tokens: readonly IssuedToken[];
  readonly end: boolean;
  readonly onEnd: (end: boolean) => void;
}

/** The tokens of services that somebody issued, which go on working without them, and whether to end them. */
export function IssuedTokens({ tokens, end, onEnd }: Props) {
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
            {name ?? t('history.nameless')} (<When at={expiresAt} />)
          </List.Item>
        ))}
      </List>
      <Checkbox
        label={t('act.endIssued')}
        checked={end}
        onChange={({ currentTarget }) => onEnd(currentTarget.checked)}
      />
    </Stack>
  );
}
