import { useTranslation } from 'react-i18next';
import { useMe } from '../api/me';
import type { AccessToken } from '../api/tokens';
import { UserLink } from '../components/user-link';

/** Shows who holds an access token: the caller, another user, a service or an operator. */
export function TokenHolder({ token: { kind, holder, account } }: { token: AccessToken }) {
  const { t } = useTranslation();
  const { actor } = useMe();
  if (holder === actor.id) return t('tokens.you');
  return kind === 'user' && account ? <UserLink accountId={account} userId={holder} /> : t(`kind.${kind}`);
}
