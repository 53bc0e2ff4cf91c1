import { useMemo } from 'react';
import { Anchor, Badge, Button, Text } from '@mantine/core';
import type { UseInfiniteQueryResult } from '@tanstack/react-query';
import { createColumnHelper, useTable } from '@tanstack/react-table';
import { useTranslation } from 'react-i18next';
import type { AccessToken } from '../api/tokens';
import { ListTable, listFeatures, type ListFeatures } from '../parts/list-table';
import { When } from '../parts/when';
import { permissionKey } from '../trail/words';
import { Holder } from './holder';

const column = createColumnHelper<ListFeatures, AccessToken>();
const colours = { live: 'teal', expired: 'gray', ended: 'gray' } as const;

const stateOf = ({ endedAt, expiresAt }: AccessToken): keyof typeof colours => (endedAt ? 'ended' : Date.parse(expiresAt) <= Date.now() ? 'expired' : 'live');

interface Props {
  readonly tokens: AccessToken[];
  readonly list: Pick<UseInfiniteQueryResult, 'hasNextPage' | 'isFetchingNextPage' | 'fetchNextPage'>;
  readonly onOpen: (token: AccessToken) => void;
  readonly onEnd: (token: AccessToken) => void;
}

/** Access tokens, the newest first. */
export function TokensTable({ tokens, list, onOpen, onEnd }: Props) {
  const { t } = useTranslation();
  const columns = useMemo(
    () =>
      column.columns([
        column.accessor('name', {
          header: t('tokens.name'),
          cell: ({ row: { original } }) => (
            <>
              <Anchor component="button" type="button" size="sm" fw={600} truncate display="block" maw="100%" ta="left" onClick={() => onOpen(original)}>
                {original.name ?? t('history.nameless')}
              </Anchor>
              <Text size="xs" c="dimmed" truncate hiddenFrom="md">
                {t(`tokens.${stateOf(original)}`)} · <When at={original.expiresAt} />
              </Text>
            </>
          ),
        }),
        column.display({
          id: 'tokenState',
          header: t('tokens.state'),
          cell: ({ row: { original } }) => (
            <Badge variant="dot" color={colours[stateOf(original)]}>
              {t(`tokens.${stateOf(original)}`)}
            </Badge>
          ),
        }),
        column.accessor('holder', { header: t('tokens.kind'), cell: ({ row: { original } }) => <Holder token={original} /> }),
        column.accessor('scopes', { header: t('field.scopes'), cell: ({ row: { original } }) => original.scopes.map((scope) => t(permissionKey(scope))).join(', ') }),
        column.accessor('expiresAt', { header: t('tokens.expires'), cell: ({ row: { original } }) => <When at={original.expiresAt} /> }),
        column.display({
          id: 'end',
          header: '',
          cell: ({ row: { original } }) =>
            stateOf(original) === 'live' && (
              <Button size="xs" variant="default" aria-label={t('tokens.endOf', { name: original.name ?? original.tokenId })} onClick={() => onEnd(original)}>
                {t('tokens.end')}
              </Button>
            ),
        }),
      ]),
    [t, onOpen, onEnd],
  );
  const table = useTable({ features: listFeatures, columns, data: tokens, getRowId: ({ tokenId }) => tokenId, enableSorting: false });
  return <ListTable table={table} label={t('page.tokens')} hasMore={list.hasNextPage} isLoadingMore={list.isFetchingNextPage} loadMore={list.fetchNextPage} />;
}
