import { useMemo, useState } from 'react';
import { Button, Group, Skeleton, Text } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { mailListQuery, refreshMails, sendMail, type ListedMailState, type Mail } from '../api/mails';
import { lazyComponent } from '../components/lazy-component';
import { notify } from '../components/notify';
import { Page } from '../components/page';
import { LoadError, ProblemAlert } from '../components/problems';
import { StateFilter } from '../components/state-filter';
import { MailTable } from './mail-table';

const MailDetails = lazyComponent(async () => (await import('./mail-details-dialog')).MailDetailsDialog);
const route = getRouteApi('/in/mails');
const states: readonly ListedMailState[] = ['parked', 'owed'];
const none: Mail[] = [];

/** The page of the mails that were not sent, for operators: those that were given up and those that are tried again. */
export function MailListPage() {
  const { t } = useTranslation();
  const { state = 'parked' } = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery(mailListQuery(state));
  const mails = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? none, [list.data]);
  const counts = list.data?.pages[0]?.counts;
  const [openedMail, setOpenedMail] = useState<Mail>();
  const sending = useSending();
  return (
    <Page
      title={t('mails.title')}
      aside={
        mails.length > 0 && (
          <Button loading={sending.isPending} onClick={() => sending.mutate(mails)}>
            {t('mails.sendShown', { count: mails.length })}
          </Button>
        )
      }
    >
      <Text size="sm" maw="70ch">
        {t('mails.help')}
      </Text>
      <Group gap="sm">
        <StateFilter
          label={t('mails.state')}
          states={states.map((each) => [each, `${t(`mails.${each}`)}${counts ? ` (${counts[each]})` : ''}`] as const)}
          value={state}
          onChange={(next) => next && void navigate({ search: { state: next }, replace: true })}
        />
        <Text size="sm" role="status">
          {sending.progress && t('mails.sending', sending.progress)}
        </Text>
      </Group>
      <ProblemAlert error={sending.error} />
      {list.error && <LoadError error={list.error} onRetry={list.refetch} />}
      {list.isPending && <Skeleton h={240} />}
      {list.isSuccess && mails.length === 0 && <Text c="dimmed">{t(`mails.${state}Empty`)}</Text>}
      {mails.length > 0 && (
        <MailTable
          mails={mails}
          list={list}
          onOpen={setOpenedMail}
          onSend={(mail) => sending.mutate([mail])}
          sendingId={sending.sendingId}
        />
      )}
      {openedMail && <MailDetails mail={openedMail} onClose={() => setOpenedMail(undefined)} />}
    </Page>
  );
}

/** Returns the mutation that sends mails again one after the other, with its progress. It stops at the first problem. */
function useSending() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [progress, setProgress] = useState<{ number: number; count: number; mailId: string }>();
  const mutation = useMutation({
    mutationFn: async (mails: readonly Mail[]) => {
      for (const [index, { mailId }] of mails.entries()) {
        setProgress({ number: index + 1, count: mails.length, mailId });
        await sendMail(mailId);
      }
      return mails.length;
    },
    onSuccess: (count) => notify(t('mails.sent', { count })),
    onSettled: async () => {
      setProgress(undefined);
      await refreshMails(queryClient);
    },
  });
  return {
    ...mutation,
    progress: progress && progress.count > 1 ? progress : undefined,
    sendingId: progress?.mailId,
  };
}
