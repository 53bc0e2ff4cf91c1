import type { ReactNode } from 'react';
import { List, Modal } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { accountsQuery } from '../api/accounts';
import type { AccessToken } from '../api/tokens';
import { FactsTable } from '../parts/facts-table';
import { When } from '../parts/when';
import { permissionKey } from '../trail/words';
import { Holder } from './holder';

/** All that is known of an access token but its secret, which nobody keeps. */
export function TokenDetails({ token, onClose }: { token: AccessToken; onClose: () => void }) {
  const { t } = useTranslation();
  const { data } = useQuery(accountsQuery);
  const { account, scopes, issuedBy } = token;
  const facts: [string, ReactNode][] = [
    [t('tokens.kind'), <Holder key="holder" token={token} />],
    [
      t('tokens.account'),
      account ? (data?.items.find(({ accountId }) => accountId === account)?.name ?? account) : t('tokens.everywhere'),
    ],
    [
      t('tokens.scopes'),
      <List key="scopes" size="sm" listStyleType="none">
        {scopes.map((scope) => (
          <List.Item key={scope}>{t(permissionKey(scope))}</List.Item>
        ))}
      </List>,
    ],
    [t('tokens.issued'), <IssuedBy key="issued" at={token.issuedAt} kind={issuedBy.kind} />],
    [t('tokens.expires'), <When key="expires" at={token.expiresAt} />],
    ...(token.endedAt ? [[t('tokens.ended'), <When key="ended" at={token.endedAt} />] as [string, ReactNode]] : []),
  ];
  return (
    <Modal
      opened
      onClose={onClose}
      title={token.name ?? t('history.nameless')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <FactsTable facts={facts} />
    </Modal>
  );
}

function IssuedBy({ at, kind }: { at: string; kind: AccessToken['issuedBy']['kind'] }) {
  const { t } = useTranslation();
  return (
    <>
      <When at={at} /> {t('history.by', { name: t(`kind.${kind}`) })}
    </>
  );
}
