import { Badge, Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AccessToken, TokenFilter, TokenState } from '../api/tokens';
import type { ListQuery } from '../components/list-query';
import { ListTable, type Column } from '../components/list-table';
import { RowButton } from '../components/row-button';
import { DateTime } from '../components/date-time';
import { toPermissionKey } from '../audit-items/names';
import { TokenHolder } from './token-holder';

const colours = { live: 'teal', expired: 'gray', ended: 'gray' } as const;

const toTokenState = ({ endedAt, expiresAt }: AccessToken): TokenState =>
  endedAt ? 'ended' : Date.parse(expiresAt) <= Date.now() ? 'expired' : 'live';

interface Props {
  readonly tokens: AccessToken[];
  readonly list: ListQuery;
  readonly sort: string;
  readonly onSort: (sort: TokenFilter['sort']) => void;
  readonly onOpen: (token: AccessToken) => void;
  readonly onEnd: (token: AccessToken) => void;
}

/** Shows access tokens as a table, with buttons that call `onOpen` and `onEnd`. `list` is the query that loads further pages. */
export function TokenTable({ tokens, list, sort, onSort, onOpen, onEnd }: Props) {
  const { t } = useTranslation();
  const columns: Column<AccessToken>[] = [
    {
      id: 'name',
      header: t('tokens.name'),
      isSortable: true,
      cell: (token) => (
        <RowButton
          label={token.name ?? t('history.nameless')}
          note={
            <>
              {t(`tokens.${toTokenState(token)}`)} · <DateTime at={token.expiresAt} />
            </>
          }
          onClick={() => onOpen(token)}
        />
      ),
    },
    {
      id: 'tokenState',
      header: t('tokens.state'),
      cell: (token) => (
        <Badge variant="dot" color={colours[toTokenState(token)]}>
          {t(`tokens.${toTokenState(token)}`)}
        </Badge>
      ),
    },
    { id: 'holder', header: t('tokens.kind'), cell: (token) => <TokenHolder token={token} /> },
    {
      id: 'scopes',
      header: t('field.scopes'),
      cell: (token) => token.scopes.map((scope) => t(toPermissionKey(scope))).join(', '),
    },
    { id: 'lastUsedAt', header: t('tokens.lastUsed'), cell: (token) => <DateTime at={token.lastUsedAt} /> },
    {
      id: 'expiresAt',
      header: t('tokens.expires'),
      isSortable: true,
      cell: (token) => <DateTime at={token.expiresAt} />,
    },
    {
      id: 'end',
      cell: (token) =>
        toTokenState(token) === 'live' && (
          <Button
            size="xs"
            variant="default"
            aria-label={t('tokens.endOf', { name: token.name ?? token.tokenId })}
            onClick={() => onEnd(token)}
          >
            {t('tokens.end')}
          </Button>
        ),
    },
  ];
  return (
    <ListTable
      columns={columns}
      rows={tokens}
      idOf={({ tokenId }) => tokenId}
      label={t('page.tokens')}
      list={list}
      sort={sort}
      onSort={(next) => onSort(next as TokenFilter['sort'])}
    />
  );
}
