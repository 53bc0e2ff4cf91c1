import { Badge, Button, Group, List, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Schemas } from '../api/client';
import { toBrowserName } from './browser-name';
import { DateTime, useDateFormats } from './date-time';

export type Session = Schemas['SessionItem'];

/** Lists sessions, each with a button that ends it; the session of this page has none. */
export function SessionLines({ sessions, onEnd }: { sessions: readonly Session[]; onEnd: (session: Session) => void }) {
  const { t } = useTranslation();
  const { time } = useDateFormats();
  const browserName = useBrowserName();
  return (
    <List listStyleType="none" spacing="sm" styles={{ itemWrapper: { width: '100%' }, itemLabel: { width: '100%' } }}>
      {sessions.map((session) => (
        <List.Item key={session.id}>
          <Group justify="space-between" wrap="nowrap">
            <div>
              <Text size="sm" fw={600} title={session.agent}>
                {browserName(session.agent)} {session.current && <Badge size="sm">{t('profile.thisSession')}</Badge>}
              </Text>
              <Text size="sm" c="dimmed">
                {t('profile.started')}: <DateTime at={session.startedAt} />
                <br />
                {t('profile.used')}: <DateTime at={session.lastUsedAt} />
              </Text>
            </div>
            {!session.current && (
              <Button
                size="xs"
                variant="default"
                flex="none"
                aria-label={t('profile.endOf', { date: time(session.startedAt) })}
                onClick={() => onEnd(session)}
              >
                {t('profile.end')}
              </Button>
            )}
          </Group>
        </List.Item>
      ))}
    </List>
  );
}

/** Returns a function that names the browser of a session by its user agent. */
export function useBrowserName(): (agent: string) => string {
  const { t } = useTranslation();
  return (agent) => toBrowserName(agent) || t('profile.unknownBrowser');
}
