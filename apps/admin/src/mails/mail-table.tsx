import { Button, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Mail } from '../api/mails';
import { DateTime } from '../components/date-time';
import type { ListQuery } from '../components/list-query';
import { ListTable, type Column } from '../components/list-table';
import { RowButton } from '../components/row-button';
import { useMailProblemText } from './mail-problem';
import { MailRecipient } from './mail-recipient';

interface Props {
  readonly mails: Mail[];
  readonly list: ListQuery;
  readonly onOpen: (mail: Mail) => void;
  readonly onSend: (mail: Mail) => void;
  /** The id of the mail that is being sent. */
  readonly sendingId: string | undefined;
}

/** Shows mails that were not sent as a table, with buttons that call `onOpen` and `onSend`. */
export function MailTable({ mails, list, onOpen, onSend, sendingId }: Props) {
  const { t } = useTranslation();
  const problemText = useMailProblemText();
  const columns: Column<Mail>[] = [
    {
      id: 'mailKind',
      header: t('mails.what'),
      cell: (mail) => (
        <RowButton label={t(`mails.kind.${mail.kind}`)} note={problemText(mail)} onClick={() => onOpen(mail)} />
      ),
    },
    { id: 'recipient', header: t('mails.recipient'), cell: (mail) => <MailRecipient mail={mail} /> },
    { id: 'owedSince', header: t('mails.since'), cell: (mail) => <DateTime at={mail.owedSince} /> },
    {
      id: 'problem',
      header: t('mails.why'),
      cell: (mail) => (
        <Text size="sm" lineClamp={2} title={problemText(mail)}>
          {problemText(mail)}
        </Text>
      ),
    },
    { id: 'attempts', header: t('mails.attempts'), cell: (mail) => mail.attempts },
    {
      id: 'nextAttemptAt',
      header: t('mails.next'),
      cell: ({ nextAttemptAt }) => (nextAttemptAt ? <DateTime at={nextAttemptAt} /> : t('mails.noNext')),
    },
    {
      id: 'send',
      cell: (mail) => (
        <Button
          size="xs"
          variant="default"
          loading={sendingId === mail.mailId}
          onClick={() => onSend(mail)}
          aria-label={t('mails.sendOf', { kind: t(`mails.kind.${mail.kind}`) })}
        >
          {t('mails.send')}
        </Button>
      ),
    },
  ];
  return (
    <ListTable columns={columns} rows={mails} idOf={({ mailId }) => mailId} label={t('mails.title')} list={list} />
  );
}
