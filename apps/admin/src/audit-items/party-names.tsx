import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditItem } from '../api/audit';
import { useMe } from '../api/me';
import { AnchorLink } from '../components/links';
import { useActorName } from './names';

interface Props {
  readonly item: AuditItem;
  /** The account that the page shows. */
  readonly accountId: string;
}

/** The minimum height of a target (WCAG 2.2, 2.5.8). A block, because the text beside it is on a line of its own. */
const linkLook = { size: 'sm', lh: '24px', display: 'inline-block' } as const;

/** Shows the subject of an act as a link to the page of the user, the account or the access tokens. */
export function SubjectName({ item: { subject, accountId: at }, accountId }: Props) {
  const { t } = useTranslation();
  const name = subject.name ?? t('history.nameless');
  if (subject.kind === 'user') return <UserName accountId={at ?? accountId} userId={subject.id} name={name} />;
  if (subject.kind === 'access-token') return <TokenName name={name} />;
  if (subject.kind === 'account')
    return (
      <AnchorLink to="/accounts/$accountId" params={{ accountId: subject.id }} {...linkLook}>
        {name}
      </AnchorLink>
    );
  return name;
}

/** Shows the actor of an act as a link: to the user's page, or to the access tokens for a service and an operator. */
export function ActorName({ item: { actor, via, accountId: at }, accountId }: Props) {
  const name = useActorName()(actor);
  if (actor.kind === 'user') return <UserName accountId={at ?? accountId} userId={actor.id} name={name} />;
  return actor.kind === 'service' || via ? <TokenName name={name} /> : name;
}

const UserName = ({ accountId, userId, name }: { accountId: string; userId: string; name: string }) => (
  <AnchorLink to="/accounts/$accountId/users/$userId" params={{ accountId, userId }} {...linkLook}>
    {name}
  </AnchorLink>
);

function TokenName({ name }: { name: string }) {
  const { permissions } = useMe();
  if (!permissions.includes('tokens:manage')) return <Text inherit>{name}</Text>;
  return (
    <AnchorLink to="/access-tokens" {...linkLook}>
      {name}
    </AnchorLink>
  );
}
