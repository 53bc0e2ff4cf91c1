import { useState, type MouseEvent } from 'react';
import { Badge, Group, Paper, Stack, Switch, Text, Timeline, Title } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { AuditItem } from '../api/audit';
import { AnchorLink } from '../components/links';
import { DateTime } from '../components/date-time';
import { LoadMore } from '../components/load-more';
import { LoadError } from '../components/problems';
import { ActionIcon } from '../audit-items/action-icon';
import { useActionTitle } from '../audit-items/action-title';
import { ChangeSummary } from '../audit-items/change-summary';
import { useActorName } from '../audit-items/names';
import { ActionSource } from '../audit-items/action-source';
import { isVisibleStep, useFullHistory, type useUserChanges } from './use-user-history';
import classes from './user-page.module.css';

interface Props {
  readonly accountId: string;
  readonly userId: string;
  readonly changes: ReturnType<typeof useUserChanges>;
  /** The change that the page shows the user after. */
  readonly shown: AuditItem | undefined;
  /** Whether the page shows an earlier moment, not now. */
  readonly isReplay: boolean;
}

/** Shows a user's history as a timeline, newest first. Logins, which are many, are shown on request. */
export function UserHistory({ accountId, userId, changes, shown, isReplay }: Props) {
  const { t } = useTranslation();
  const [withLogins, setWithLogins] = useState(false);
  const full = useFullHistory(accountId, userId, withLogins);
  const { list, items } = withLogins ? full : changes;
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="history" style={{ overflowWrap: 'anywhere' }}>
      <Group justify="space-between" gap="xs" mb="md">
        <Title order={2} size="h4" id="history">
          {t('history.title')}
        </Title>
        <Switch
          size="xs"
          label={t('history.logins')}
          checked={withLogins}
          onChange={({ currentTarget }) => setWithLogins(currentTarget.checked)}
        />
      </Group>
      {list.error && <LoadError error={list.error} onRetry={list.refetch} />}
      {list.isSuccess && items.length === 0 && <Text c="dimmed">{t('history.empty')}</Text>}
      <Timeline bulletSize={26} lineWidth={2}>
        {items.map((item) => {
          const isShown = item.position === shown?.position;
          return (
            <Timeline.Item
              key={item.position}
              aria-current={isShown ? 'step' : undefined}
              bullet={<ActionIcon action={item.action} />}
            >
              <HistoryRow
                accountId={accountId}
                userId={userId}
                item={item}
                isReplayable={isVisibleStep(item, accountId)}
                isMarked={isShown && isReplay}
              />
            </Timeline.Item>
          );
        })}
      </Timeline>
      {withLogins && <LoadMore list={list} />}
    </Paper>
  );
}

interface RowProps extends Pick<Props, 'accountId' | 'userId'> {
  readonly item: AuditItem;
  readonly isReplayable: boolean;
  readonly isMarked: boolean;
}

/** Shows one change. A click anywhere on it shows the user after it; its title is the link for the keyboard. */
function HistoryRow({ accountId, userId, item, isReplayable, isMarked }: RowProps) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const moment = {
    to: '/accounts/$accountId/users/$userId',
    params: { accountId, userId },
    search: { at: item.revision },
    replace: true,
  } as const;
  const title = useActionTitle()(item);
  const showMoment = ({ target }: MouseEvent) => {
    const isOnLink = target instanceof Element && target.closest('a, button');
    // Text can be selected without leaving the moment.
    if (!isOnLink && window.getSelection()?.isCollapsed !== false) void navigate(moment);
  };
  return (
    <Stack
      gap={4}
      className={classes['row'] ?? ''}
      {...(isReplayable && { 'data-replayable': true, onClick: showMoment })}
      {...(isMarked && { 'data-shown': true })}
    >
      <Group justify="space-between" gap="xs">
        <Group gap="xs">
          {isReplayable ? (
            <AnchorLink {...moment} fw={600} c="inherit" aria-description={t('replay.showMoment')}>
              {title}
            </AnchorLink>
          ) : (
            <Text fw={600}>{title}</Text>
          )}
          {isMarked && (
            <Badge size="sm" color="grape">
              {t('replay.shown')}
            </Badge>
          )}
        </Group>
        <Text size="sm" c="dimmed">
          <DateTime at={item.at} />
        </Text>
      </Group>
      <Actor accountId={accountId} actor={item.actor} />
      {item.reason && <Text size="sm">{t('lock.reason', { reason: item.reason })}</Text>}
      <ChangeSummary item={item} />
      <Group gap="sm">
        <ActionSource item={item} />
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
  );
}

/** Shows the actor of a change; a user as a link to their page. */
function Actor({ accountId, actor }: { accountId: string; actor: AuditItem['actor'] }) {
  const { t } = useTranslation();
  const name = t('history.by', { name: useActorName()(actor) });
  if (actor.kind !== 'user')
    return (
      <Text size="sm" c="dimmed">
        {name}
      </Text>
    );
  return (
    <AnchorLink
      to="/accounts/$accountId/users/$userId"
      params={{ accountId, userId: actor.id }}
      size="sm"
      c="dimmed"
      style={{ alignSelf: 'flex-start' }}
    >
      {name}
    </AnchorLink>
  );
}
