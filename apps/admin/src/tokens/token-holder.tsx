import { useTranslation } from 'react-i18next';
import { useMe } from '../api/me';
import type { AccessToken } from '../api/tokens';
import { UserLink } from '../components/user-link';

/** Whose it is: the caller's, another user's, or a service's or an operator's own. */
export function TokenHolder({ token: { kind, holder, account } }: { token: AccessToken }) {
  const { t } = useTranslation();
  const { actor } = useMe();
  if (holder === actor.id) return t('tokens.you');
  return kind === 'user' && account ? <UserLink accountId={account} userId={holder} /> : t(`kind.${kind}`);
}
