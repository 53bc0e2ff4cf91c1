import { useState } from 'react';
import { ActionIcon, Alert, Button, Group, Slider, Stack, Text, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { AuditItem } from '../api/audit';
import { BackIcon, ForwardIcon } from '../components/icons';
import { useDateFormats } from '../components/date-time';
import { useActorName } from '../audit-items/names';
import type { MomentSearch } from './moment-search';

interface Props {
  readonly at: MomentSearch['at'];
  readonly first: number;
  readonly last: number;
  /** The revision that the page shows. */
  readonly revision: number;
  /** The history item of this revision; `undefined` until it is loaded. */
  readonly lastChange: AuditItem | undefined;
}

/** Shows the controls that choose a moment of a user: a slider over the revisions, and a time. The moment is kept in the page's address. */
export function ReplayControls({ at, first, last, revision, lastChange }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate({ from: '/accounts/$accountId/users/$userId' });
  const [draggedTo, setDraggedTo] = useState<number>();
  const showMoment = (next: MomentSearch) => void navigate({ search: next, replace: true });
  // The address may have a revision from before the user was in this account.
  const shownRevision = draggedTo ?? Math.max(first, revision);
  const revisionText = t('replay.revision', { revision: shownRevision - first + 1, last: last - first + 1 });
  const showRevision = (next: number) => showMoment({ at: Math.min(last, Math.max(first, next)) });
  return (
    <Stack gap="xs">
      <Group wrap="nowrap" gap="sm">
        <ActionIcon
          variant="default"
          aria-label={t('replay.earlier')}
          disabled={revision <= first}
          onClick={() => showRevision(revision - 1)}
        >
          <BackIcon />
        </ActionIcon>
        <Slider
          flex={1}
          min={first}
          max={last}
          value={shownRevision}
          onChange={setDraggedTo}
          onChangeEnd={(next) => {
            setDraggedTo(undefined);
            showRevision(next);
          }}
          label={null}
          thumbLabel={t('replay.slider')}
          thumbValueText={revisionText}
        />
        <ActionIcon
          variant="default"
          aria-label={t('replay.later')}
          disabled={revision >= last}
          onClick={() => showRevision(revision + 1)}
        >
          <ForwardIcon />
        </ActionIcon>
      </Group>
      <Group justify="space-between" align="flex-end">
        <Text size="sm" c="dimmed">
          {revisionText}
        </Text>
        <TimeForm onShow={(time) => showMoment({ at: time })} />
      </Group>
      {at !== undefined && <ShownMoment at={at} lastChange={lastChange} onNow={() => showMoment({})} />}
    </Stack>
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
      <Group gap="xs" align="flex-end">
        <TextInput
          type="datetime-local"
          size="xs"
          label={t('replay.asOf')}
          required
          withAsterisk={false}
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

/** Tells which moment is shown, also to screen readers. */
function ShownMoment({
  at,
  lastChange,
  onNow,
}: Pick<Props, 'lastChange'> & { at: number | string; onNow: () => void }) {
  const { t } = useTranslation();
  const { time } = useDateFormats();
  const actorName = useActorName();
  const momentText =
    typeof at === 'string'
      ? t('replay.at', { date: time(at) })
      : lastChange &&
        t('replay.after', {
          action: t(`action.${lastChange.action}`),
          name: actorName(lastChange.actor),
          date: time(lastChange.at),
        });
  return (
    <Alert variant="light" py="xs">
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" fw={600} role="status" style={{ overflowWrap: 'anywhere' }}>
          {momentText}
        </Text>
        <Button size="xs" variant="default" onClick={onNow} flex="none">
          {t('replay.now')}
        </Button>
      </Group>
    </Alert>
  );
}
