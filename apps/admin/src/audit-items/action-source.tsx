import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditItem } from '../api/audit';

/** With which access token and from which address something was done, as far as it is on record. */
export function ActionSource({ item: { via, ip } }: { item: AuditItem }) {
  const { t } = useTranslation();
  const token = useTokenName();
  if (!via && !ip) return null;
  return (
    <Text size="sm" c="dimmed">
      {via && `${t('history.token')}: ${token(via)}`}
      {via && ip && ' · '}
      {ip && `${t('history.ip')} ${ip}`}
    </Text>
  );
}

/** Says which token it was, and what kind of party had issued it. */
export function useTokenName(): (via: NonNullable<AuditItem['via']>) => string {
  const { t } = useTranslation();
  return ({ name, token, issuedBy }) => {
    const known = name ?? token;
    return issuedBy ? t('history.issuedBy', { name: known, issuer: t(`kind.${issuedBy.kind}`) }) : known;
  };
}
