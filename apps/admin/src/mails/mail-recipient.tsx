import { useTranslation } from 'react-i18next';
import type { Mail } from '../api/mails';
import { CopyId } from '../components/copy-id';
import { UserLink } from '../components/user-link';

/** Shows who gets a mail: a link to the user, or only the id of a user who was never in an account. */
export function MailRecipient({ mail: { accountId, userId } }: { mail: Mail }) {
  const { t } = useTranslation();
  return accountId ? (
    <UserLink accountId={accountId} userId={userId} />
  ) : (
    <CopyId id={userId} label={t('mails.recipient')} />
  );
}
