import type { ReactNode } from 'react';
import { List, Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { accountQuery } from '../api/accounts';
import type { AccessToken } from '../api/tokens';
import { CopyId } from '../components/copy-id';
import { DetailsTable } from '../components/details-table';
import { DateTime } from '../components/date-time';
import { toPermissionKey } from '../audit-items/names';
import { TokenHolder } from './token-holder';

/** The dialog with all details of an access token. The server does not keep the secret. */
export function TokenDetailsDialog({ token, onClose }: { token: AccessToken; onClose: () => void }) {
  const { t } = useTranslation();
  const { accountId, scopes, issuedBy } = token;
  const { data: account } = useQuery({ ...accountQuery(accountId ?? ''), enabled: accountId !== null });
  const facts: [string, ReactNode][] = [
    [t('tokens.kind'), <TokenHolder key="holder" token={token} />],
    [t('tokens.account'), accountId ? (account?.name ?? accountId) : t('tokens.everywhere')],
    [
      t('tokens.scopes'),
      <List key="scopes" size="sm" listStyleType="none">
        {scopes.map((scope) => (
          <List.Item key={scope}>{t(toPermissionKey(scope))}</List.Item>
        ))}
      </List>,
    ],
    [t('tokens.issued'), <IssuedBy key="issued" at={token.issuedAt} kind={issuedBy.kind} />],
    [t('tokens.lastUsed'), <DateTime key="used" at={token.lastUsedAt} />],
    [t('tokens.expires'), <DateTime key="expires" at={token.expiresAt} />],
    ...(token.endedAt ? [[t('tokens.ended'), <DateTime key="ended" at={token.endedAt} />] as [string, ReactNode]] : []),
    [t('tokens.id'), <CopyId key="id" id={token.tokenId} label={t('tokens.id')} />],
  ];
  return (
    <Modal
      opened
      onClose={onClose}
      title={token.name ?? t('history.nameless')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <DetailsTable facts={facts} />
    </Modal>
  );
}

function IssuedBy({ at, kind }: { at: string; kind: AccessToken['issuedBy']['kind'] }) {
  const { t } = useTranslation();
  return (
    <>
      <DateTime at={at} /> {t('history.by', { name: t(`kind.${kind}`) })}
    </>
  );
}
