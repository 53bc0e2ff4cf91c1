import { useMemo, useState } from 'react';
import { Button, Checkbox, Group, Skeleton, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unwrapResponse, api } from '../api/client';
import { refreshTokens, tokensQuery, type AccessToken, type TokenFilter, type TokenState } from '../api/tokens';
import { ConfirmDialog } from '../components/confirm-dialog';
import { PlusIcon } from '../components/icons';
import { lazyComponent } from '../components/lazy-component';
import { ListSearchField, useListSearch } from '../components/list-search';
import { Page } from '../components/page';
import { LoadError } from '../components/problems';
import { notify } from '../components/notify';
import { StateFilter } from '../components/state-filter';
import { TokenTable } from './token-table';

const IssueToken = lazyComponent(async () => (await import('./issue-token-dialog')).IssueTokenDialog);
const TokenDetails = lazyComponent(async () => (await import('./token-details-dialog')).TokenDetailsDialog);
const none: AccessToken[] = [];
const states: readonly TokenState[] = ['live', 'expired', 'ended'];

/** The page of the access tokens that the caller may manage. */
export function TokenListPage() {
  const { t } = useTranslation();
  const search = useListSearch();
  const [state, setState] = useState<TokenState>();
  const [sort, setSort] = useState<TokenFilter['sort']>('-issuedAt');
  const list = useInfiniteQuery({
    ...tokensQuery({ sort, ...(state && { state }), ...(search.search && { search: search.search }) }),
    placeholderData: keepPreviousData,
  });
  const counts = list.data?.pages[0]?.counts;
  const tokens = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? none, [list.data]);
  const [isIssuing, issueDialog] = useDisclosure();
  const [openedToken, setOpenedToken] = useState<AccessToken>();
  const [tokenToEnd, setTokenToEnd] = useState<AccessToken>();
  return (
    <Page
      title={t('page.tokens')}
      aside={
        <Button leftSection={<PlusIcon />} onClick={issueDialog.open}>
          {t('tokens.issue')}
        </Button>
      }
    >
      <Text size="sm" maw="70ch">
        {t('tokens.what')}
      </Text>
      <Group gap="sm">
        <ListSearchField
          search={search}
          label={t('tokens.search')}
          found={counts && t('tokens.total', { count: counts.live + counts.expired + counts.ended })}
        />
        <StateFilter
          label={t('tokens.state')}
          states={states.map((each) => [each, `${t(`tokens.${each}`)}${counts ? ` (${counts[each]})` : ''}`] as const)}
          value={state}
          onChange={setState}
        />
      </Group>
      {list.error && <LoadError error={list.error} onRetry={list.refetch} />}
      {list.isPending && <Skeleton h={240} />}
      {list.isSuccess && tokens.length === 0 && (
        <Text c="dimmed">{search.search || state ? t('tokens.notFound') : t('tokens.empty')}</Text>
      )}
      {tokens.length > 0 && (
        <TokenTable
          tokens={tokens}
          list={list}
          sort={sort ?? '-issuedAt'}
          onSort={setSort}
          onOpen={setOpenedToken}
          onEnd={setTokenToEnd}
        />
      )}
      {isIssuing && <IssueToken onClose={issueDialog.close} />}
      {openedToken && <TokenDetails token={openedToken} onClose={() => setOpenedToken(undefined)} />}
      {tokenToEnd && <EndTokenDialog token={tokenToEnd} onClose={() => setTokenToEnd(undefined)} />}
    </Page>
  );
}

function EndTokenDialog({ token: { tokenId, name }, onClose }: { token: AccessToken; onClose: () => void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const tokenName = name ?? tokenId;
  const [withIssued, setWithIssued] = useState(false);
  const ending = useMutation({
    mutationFn: () =>
      unwrapResponse(
        api.DELETE('/api/v1/access-tokens/{tokenId}', {
          params: { path: { tokenId }, ...(withIssued && { query: { issued: true } }) },
        }),
      ),
    onSuccess: async () => {
      notify(t('tokens.endedNow', { name: tokenName }));
      await refreshTokens(queryClient);
      onClose();
    },
  });
  return (
    <ConfirmDialog
      title={t('tokens.endOf', { name: tokenName })}
      text={t('tokens.endWhat')}
      submitLabel={t('tokens.end')}
      mutation={ending}
      onClose={onClose}
    >
      <Checkbox
        label={t('tokens.endIssued')}
        checked={withIssued}
        onChange={({ currentTarget }) => setWithIssued(currentTarget.checked)}
      />
    </ConfirmDialog>
  );
}
