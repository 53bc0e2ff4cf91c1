import { useMemo, useState } from 'react';
import { Button, Checkbox, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { answered, api } from '../api/client';
import { mendTokens, tokensQuery, type AccessToken } from '../api/tokens';
import { Confirm } from '../parts/confirm';
import { PlusIcon } from '../parts/icons';
import { later } from '../parts/later';
import { Page } from '../parts/page';
import { Unread } from '../parts/problems';
import { tell } from '../parts/tell';
import { TokensTable } from './tokens-table';

const IssueToken = later(async () => (await import('./issue-token')).IssueToken);
const TokenDetails = later(async () => (await import('./token-details')).TokenDetails);
const none: AccessToken[] = [];

/** The access tokens that one may manage: see what each is for, issue and end them. */
export function TokensPage() {
  const { t } = useTranslation();
  const list = useInfiniteQuery(tokensQuery);
  const tokens = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? none, [list.data]);
  const [issuing, issue] = useDisclosure();
  const [opened, setOpened] = useState<AccessToken>();
  const [ending, setEnding] = useState<AccessToken>();
  return (
    <Page
      title={t('page.tokens')}
      aside={
        <Button leftSection={<PlusIcon />} onClick={issue.open}>
          {t('tokens.issue')}
        </Button>
      }
    >
      <Text size="sm">{t('tokens.what')}</Text>
      {list.error && <Unread error={list.error} again={list.refetch} />}
      {list.isSuccess && tokens.length === 0 ? (
        <Text c="dimmed">{t('tokens.empty')}</Text>
      ) : (
        <TokensTable tokens={tokens} list={list} onOpen={setOpened} onEnd={setEnding} />
      )}
      {issuing && <IssueToken onClose={issue.close} />}
      {opened && <TokenDetails token={opened} onClose={() => setOpened(undefined)} />}
      {ending && <EndToken token={ending} onClose={() => setEnding(undefined)} />}
    </Page>
  );
}

function EndToken({ token: { tokenId, name }, onClose }: { token: AccessToken; onClose: () => void }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const called = name ?? tokenId;
  const [withIssued, setWithIssued] = useState(false);
  const ending = useMutation({
    mutationFn: () =>
      answered(
        api.DELETE('/api/v1/access-tokens/{tokenId}', {
          params: { path: { tokenId }, ...(withIssued && { query: { issued: true } }) },
        }),
      ),
    onSuccess: async () => {
      tell(t('tokens.endedNow', { name: called }));
      await mendTokens(queryClient);
      onClose();
    },
  });
  return (
    <Confirm
      title={t('tokens.endOf', { name: called })}
      what={t('tokens.endWhat')}
      submit={t('tokens.end')}
      doing={ending}
      onClose={onClose}
    >
      <Checkbox
        label={t('tokens.endIssued')}
        checked={withIssued}
        onChange={({ currentTarget }) => setWithIssued(currentTarget.checked)}
      />
    </Confirm>
  );
}
