import { Badge, Group, Stack, Text, Timeline } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { isReplayable, type AuditItem } from '../api/audit';
import { AnchorLink } from '../components/links';
import { DateTime } from '../components/date-time';
import { FieldChanges } from '../audit-items/field-changes';
import { useActorName } from '../audit-items/names';
import { ActionSource } from '../audit-items/action-source';

interface Props {
  readonly accountId: string;
  readonly userId: string;
  readonly items: readonly AuditItem[];
  /** The item that the page shows the user after. */
  readonly shown: AuditItem | undefined;
}

/** Shows a user's history as a timeline, newest first. */
export function UserHistory({ accountId, userId, items, shown }: Props) {
  const { t } = useTranslation();
  const actorName = useActorName();
  return (
    <Timeline bulletSize={14} lineWidth={2}>
      {items.map((item) => (
        <Timeline.Item
          key={item.position}
          aria-current={item === shown ? 'step' : undefined}
          title={
            <>
              {t(`action.${item.action}`)} {item === shown && <Badge size="sm">{t('replay.shown')}</Badge>}
            </>
          }
        >
          <Stack gap={4}>
            <Text size="sm" c="dimmed">
              <DateTime at={item.at} /> {t('history.by', { name: actorName(item.actor) })}
            </Text>
            {item.reason && <Text size="sm">{t('lock.reason', { reason: item.reason })}</Text>}
            <FieldChanges changes={item.changes} />
            <ActionSource item={item} />
            <Group gap="md">
              {isReplayable(item) && (
                <AnchorLink
                  to="/accounts/$accountId/users/$userId"
                  params={{ accountId, userId }}
                  search={{ at: item.revision }}
                  replace
                  size="sm"
                >
                  {t('replay.showMoment')}
                </AnchorLink>
              )}
              <AnchorLink
                to="/accounts/$accountId/audit"
                params={{ accountId }}
                search={{ correlation: item.correlationId }}
                size="sm"
              >
                {t('history.act')}
              </AnchorLink>
            </Group>
          </Stack>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}
