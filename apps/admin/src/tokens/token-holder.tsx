import { useTranslation } from 'react-i18next';
import { useMe } from '../api/me';
import type { AccessToken } from '../api/tokens';
import { UserLink } from '../components/user-link';

/** Shows who holds an access token: the caller, another user, a service or an operator. */
export function TokenHolder({ token: { kind, tokenId, userId, accountId } }: { token: AccessToken }) {
  const { t } = useTranslation();
  const { actor } = useMe();
  // A service and an operator act under the id of their token.
  if ((userId ?? tokenId) === actor.id) return t('tokens.you');
  return userId && accountId ? <UserLink accountId={accountId} userId={userId} /> : t(`kind.${kind}`);
}
