import { useMemo, useState } from 'react';
import { Button, Checkbox, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { unwrapResponse, api } from '../api/client';
import { refreshTokens, tokensQuery, type AccessToken } from '../api/tokens';
import { ConfirmDialog } from '../components/confirm-dialog';
import { PlusIcon } from '../components/icons';
import { lazyComponent } from '../components/lazy-component';
import { Page } from '../components/page';
import { LoadError } from '../components/problems';
import { notify } from '../components/notify';
import { TokenTable } from './token-table';

const IssueToken = lazyComponent(async () => (await import('./issue-token-dialog')).IssueTokenDialog);
const TokenDetails = lazyComponent(async () => (await import('./token-details-dialog')).TokenDetailsDialog);
const none: AccessToken[] = [];

/** The page of the access tokens that the caller may manage. */
export function TokenListPage() {
  const { t } = useTranslation();
  const list = useInfiniteQuery(tokensQuery);
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
      <Text size="sm">{t('tokens.what')}</Text>
      {list.error && <LoadError error={list.error} onRetry={list.refetch} />}
      {list.isSuccess && tokens.length === 0 ? (
        <Text c="dimmed">{t('tokens.empty')}</Text>
      ) : (
        <TokenTable tokens={tokens} list={list} onOpen={setOpenedToken} onEnd={setTokenToEnd} />
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
