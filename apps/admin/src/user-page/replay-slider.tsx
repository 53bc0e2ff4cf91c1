import { useState, type ReactNode } from 'react';
import { ActionIcon as IconButton, Box, Group, Slider, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditItem } from '../api/audit';
import { ActionIcon } from '../audit-items/action-icon';
import { useActionTitle } from '../audit-items/action-title';
import { useActorName } from '../audit-items/names';
import { useDateFormats } from '../components/date-time';
import { BackIcon, ForwardIcon } from '../components/icons';
import classes from './user-page.module.css';

interface Props {
  /** The changes of the user, oldest first; at least two. */
  readonly steps: readonly AuditItem[];
  /** The index of the change that the page shows the user after; -1 for a time before the first. */
  readonly step: number;
  /** Whether the page shows an earlier moment, not now. */
  readonly isReplay: boolean;
  readonly onStep: (step: number) => void;
  /** Is called to move by so many changes: 1 or -1. */
  readonly onMove: (count: number) => void;
}

/** More marks than this would be a solid line. */
const maxMarks = 60;
/** More icons than this would overlap. */
const maxIcons = 24;
const maxIconsOnPhone = 8;
/** The pixels that the icons take below the slider. */
const iconSpace = 22;

/** Shows a slider with a mark for each change of a user, from the first to the last. */
export function ReplaySlider({ steps, step, isReplay, onStep, onMove }: Props) {
  const { t } = useTranslation();
  const { date, time } = useDateFormats();
  const actorName = useActorName();
  const actionTitle = useActionTitle();
  const [draggedTo, setDraggedTo] = useState<number>();
  const last = steps.length - 1;
  const hasIcons = steps.length <= maxIcons;
  const hasIconsOnPhone = steps.length <= maxIconsOnPhone;
  const shown = draggedTo ?? Math.max(0, step);
  const change = steps[shown]!;
  const positionText = t('replay.revision', { revision: shown + 1, last: last + 1 });
  const changeText = t('replay.change', {
    action: actionTitle(change),
    name: actorName(change.actor),
    date: time(change.at),
  });
  return (
    <div className={classes['slider'] ?? ''}>
      <Group wrap="nowrap" gap="sm">
        <StepButton label={t('replay.earlier')} isPossible={step > 0} onClick={() => onMove(-1)}>
          <BackIcon />
        </StepButton>
        <Slider
          flex={1}
          color={isReplay ? 'grape' : 'blue'}
          min={0}
          max={last}
          value={shown}
          onChange={setDraggedTo}
          onChangeEnd={(next) => {
            setDraggedTo(undefined);
            onStep(next);
          }}
          {...(last <= maxMarks && {
            marks: steps.map((one, value) => ({
              value,
              label: hasIcons && (
                <Box component="span" {...(!hasIconsOnPhone && { visibleFrom: 'md' })}>
                  <ActionIcon action={one.action} size={20} />
                </Box>
              ),
            })),
          })}
          label={changeText}
          // The label stays inside the panel.
          styles={{ label: shown > last / 2 ? { insetInlineEnd: 0 } : { insetInlineStart: 0 } }}
          classNames={{ label: classes['sliderLabel'] ?? '' }}
          thumbLabel={t('replay.slider')}
          thumbValueText={`${positionText}: ${changeText}`}
        />
        <StepButton label={t('replay.later')} isPossible={step < last} onClick={() => onMove(1)}>
          <ForwardIcon />
        </StepButton>
      </Group>
      <Group
        justify="space-between"
        wrap="nowrap"
        gap="xs"
        mt={{ base: hasIconsOnPhone ? iconSpace : 4, md: hasIcons ? iconSpace : 4 }}
        px={40}
        aria-hidden
      >
        <Text size="xs" c="dimmed">
          {date(steps[0]!.at)}
        </Text>
        <Text size="xs" c="dimmed">
          {positionText}
        </Text>
        <Text size="xs" c="dimmed">
          {date(steps[last]!.at)}
        </Text>
      </Group>
    </div>
  );
}

/** A button that keeps the focus at the end of the slider, where it does nothing. */
function StepButton({
  label,
  isPossible,
  onClick,
  children,
}: {
  label: string;
  isPossible: boolean;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <IconButton
      variant="default"
      aria-label={label}
      aria-disabled={!isPossible}
      data-disabled={!isPossible || undefined}
      onClick={isPossible ? onClick : undefined}
    >
      {children}
    </IconButton>
  );
}
