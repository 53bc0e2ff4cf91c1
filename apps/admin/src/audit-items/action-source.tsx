import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditItem } from '../api/audit';

/** Shows the access token and the IP address that an action came from, if they are recorded. */
export function ActionSource({ item: { via, ip } }: { item: AuditItem }) {
  const { t } = useTranslation();
  const tokenName = useTokenName();
  if (!via && !ip) return null;
  return (
    <Text size="sm" c="dimmed">
      {via && `${t('history.token')}: ${tokenName(via)}`}
      {via && ip && ' · '}
      {ip && `${t('history.ip')} ${ip}`}
    </Text>
  );
}

/** Returns a function that names an access token and the kind of its issuer. */
export function useTokenName(): (via: NonNullable<AuditItem['via']>) => string {
  const { t } = useTranslation();
  return ({ name, tokenId, issuedBy }) => {
    const known = name ?? tokenId;
    return issuedBy ? t('history.issuedBy', { name: known, issuer: t(`kind.${issuedBy.kind}`) }) : known;
  };
}
