import type { ReactNode } from 'react';
import { Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Mail } from '../api/mails';
import { CopyId } from '../components/copy-id';
import { DateTime } from '../components/date-time';
import { DetailsTable } from '../components/details-table';
import { useMailProblemText } from './mail-problem';
import { MailRecipient } from './mail-recipient';

/** The dialog with all details of a mail that was not sent. */
export function MailDetailsDialog({ mail, onClose }: { mail: Mail; onClose: () => void }) {
  const { t } = useTranslation();
  const problemText = useMailProblemText();
  const facts: [string, ReactNode][] = [
    [t('mails.recipient'), <MailRecipient key="recipient" mail={mail} />],
    [t('mails.state'), t(`mails.${mail.state === 'parked' ? 'parked' : 'owed'}`)],
    [t('mails.since'), <DateTime key="since" at={mail.owedSince} />],
    [t('mails.attempts'), mail.attempts],
    ...(mail.nextAttemptAt
      ? [[t('mails.next'), <DateTime key="next" at={mail.nextAttemptAt} />] as [string, ReactNode]]
      : []),
    [t('mails.why'), problemText(mail)],
    ...(mail.problem ? [[t('mails.code'), mail.problem] as [string, ReactNode]] : []),
    [t('mails.id'), <CopyId key="id" id={mail.mailId} label={t('mails.id')} />],
  ];
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(`mails.kind.${mail.kind}`)}
      closeButtonProps={{ 'aria-label': t('common.close') }}
      size="lg"
    >
      <DetailsTable facts={facts} />
    </Modal>
  );
}
