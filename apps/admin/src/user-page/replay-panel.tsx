import { useState } from 'react';
import { Alert, Button, Group, Paper, Text, TextInput, Title } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { AuditItem } from '../api/audit';
import { useActionTitle } from '../audit-items/action-title';
import { useActorName } from '../audit-items/names';
import { useDateFormats } from '../components/date-time';
import type { MomentSearch } from './moment-search';
import { ReplaySlider } from './replay-slider';
import { findStep, type UserAtMoment } from './use-user-at-moment';
import classes from './user-page.module.css';

interface Props {
  /** The changes of the user, oldest first. */
  readonly steps: readonly AuditItem[];
  readonly moment: Pick<UserAtMoment, 'at' | 'step' | 'isTooEarly'>;
}

/** Shows which moment of the user the page shows, and lets the reader choose another: a change on the slider, or a time. The moment is kept in the page's address. */
export function ReplayPanel({ steps, moment }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: '/accounts/$accountId/users/$userId' });
  const showMoment = (next: MomentSearch) => void navigate({ search: next, replace: true });
  const last = steps.length - 1;
  // From the moment in the address, which may be newer than the one on the page when a button is pressed twice.
  const moveBy = (count: number) =>
    void navigate({
      search: (previous) => ({
        at: steps[Math.min(last, Math.max(0, findStep(steps, previous.at) + count))]!.revision,
      }),
      replace: true,
    });
  const { at, step } = moment;
  return (
    <>
      <Paper withBorder p="md" component="section" aria-labelledby="replay">
        <Group justify="space-between" gap="xs" mb={last > 0 ? 'sm' : 0}>
          <Title order={2} size="h4" id="replay">
            {t('replay.title')}
          </Title>
          <TimeForm onShow={(time) => showMoment({ at: time })} />
        </Group>
        {last > 0 && (
          <ReplaySlider
            {...{ steps, step }}
            isReplay={at !== undefined}
            onStep={(next) => showMoment({ at: steps[next]!.revision })}
            onMove={moveBy}
          />
        )}
      </Paper>
      <ShownMoment moment={moment} lastStep={steps[step]} onNow={() => showMoment({})} />
    </>
  );
}

/** Asks for a time, in the reader's time zone. */
function TimeForm({ onShow }: { onShow: (time: string) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onShow(new Date(typed).toISOString());
      }}
    >
      <Group gap="xs" wrap="nowrap">
        <TextInput
          flex={1}
          type="datetime-local"
          size="xs"
          aria-label={t('replay.asOf')}
          required
          max="9999-12-31T23:59"
          value={typed}
          onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        />
        <Button type="submit" size="xs" variant="default">
          {t('replay.show')}
        </Button>
      </Group>
    </form>
  );
}

/** Tells which moment is shown, also to screen readers. An earlier moment stays visible while the page scrolls. */
function ShownMoment({
  moment: { at, isTooEarly },
  lastStep,
  onNow,
}: Pick<Props, 'moment'> & { lastStep: AuditItem | undefined; onNow: () => void }) {
  const { t } = useTranslation();
  const { time } = useDateFormats();
  const actorName = useActorName();
  const actionTitle = useActionTitle();
  const change = lastStep && {
    action: actionTitle(lastStep),
    name: actorName(lastStep.actor),
    date: time(lastStep.at),
  };
  const momentText =
    at === undefined
      ? change && t('replay.latest', change)
      : typeof at === 'string'
        ? [t('replay.at', { date: time(at) }), change && t('replay.latestThen', change)].filter(Boolean).join('. ')
        : change && t('replay.after', change);
  return (
    <div className={classes['moment'] ?? ''} {...(at !== undefined && { 'data-replay': true })}>
      <Alert variant="light" color={at === undefined ? 'gray' : 'grape'} py={6}>
        <Group justify="space-between" gap="xs" mih={30}>
          <Text size="sm" fw={600} role="status" flex="1 1 14rem" style={{ overflowWrap: 'anywhere' }}>
            {[momentText, isTooEarly && t('replay.notHere')].filter(Boolean).join(' ')}
          </Text>
          {at !== undefined && (
            <Button size="xs" color="grape" onClick={onNow}>
              {t('replay.now')}
            </Button>
          )}
        </Group>
      </Alert>
    </div>
  );
}
