import { Fragment, type ReactNode } from 'react';
import { Button, Drawer, Group, Stack, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { isReplayable, type AuditItem } from '../api/audit';
import { DetailsTable } from '../components/details-table';
import { ButtonLink } from '../components/links';
import { DateTime } from '../components/date-time';
import { FieldChanges } from '../audit-items/field-changes';
import { useTokenName } from '../audit-items/action-source';
import { useActionTitle } from '../audit-items/action-title';
import { ActorName, SubjectName } from '../audit-items/party-names';
import { useActorName } from '../audit-items/names';
import type { AuditSearch } from './audit-search';

interface Props {
  readonly item: AuditItem;
  readonly accountId: string;
  readonly onSearch: (search: AuditSearch) => void;
  readonly onClose: () => void;
}

/** Shows all details of an audit item, with links to related items and to the user at that moment. */
export function AuditDetails({ item, accountId, onSearch, onClose }: Props) {
  const { t } = useTranslation();
  const [opened, { close }] = useDisclosure(true);
  const actorName = useActorName();
  const title = useActionTitle();
  const tokenName = useTokenName();
  const { subject, actor, via } = item;
  const subjectName = subject.name ?? t('history.nameless');
  const facts: [string, ReactNode][] = [
    [t('history.when'), <DateTime key="at" at={item.at} />],
    [t('history.who'), <ActorName key="actor" item={item} accountId={accountId} />],
    [
      t('history.whom'),
      <Fragment key="subject">
        <SubjectName item={item} accountId={accountId} /> ({t(`kind.${subject.kind}`)})
      </Fragment>,
    ],
    [t('history.why'), item.reason ?? t('history.noReason')],
    ...(via ? [[t('history.token'), tokenName(via)] as [string, ReactNode]] : []),
    ...(item.ip ? [[t('history.ip'), item.ip] as [string, ReactNode]] : []),
    [
      t('history.changes'),
      item.changes.length ? <FieldChanges key="changes" changes={item.changes} /> : t('history.noChanges'),
    ],
    [t('audit.position'), item.position],
  ];
  return (
    <Drawer
      opened={opened}
      onClose={close}
      onExitTransitionEnd={onClose}
      position="right"
      title={
        <Title order={2} size="h4" component="span">
          {title(item)}
        </Title>
      }
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack>
        <DetailsTable facts={facts} />
        <Group gap="xs">
          <Button size="xs" variant="light" onClick={() => onSearch({ correlation: item.correlationId })}>
            {t('history.act')}
          </Button>
          {actor.kind !== 'system' && (
            <Button size="xs" variant="light" maw="100%" onClick={() => onSearch({ actor: actor.id })}>
              {t('audit.allBy', { name: actorName(actor) })}
            </Button>
          )}
          <Button size="xs" variant="light" maw="100%" onClick={() => onSearch({ subject: subject.id })}>
            {t('audit.allOn', { name: subjectName })}
          </Button>
          {isReplayable(item) && (
            <ButtonLink
              to="/accounts/$accountId/users/$userId"
              params={{ accountId: item.accountId ?? accountId, userId: subject.id }}
              search={{ at: item.revision }}
              size="xs"
              variant="light"
            >
              {t('audit.seeUser')}
            </ButtonLink>
          )}
        </Group>
      </Stack>
    </Drawer>
  );
}
