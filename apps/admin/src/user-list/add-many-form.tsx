import { Button, Group, Progress, Stack, Text, Textarea } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { notify } from '../components/notify';
import { ProblemAlert } from '../components/problems';
import { maxLines, parsePeople } from './parse-people';
import { PeopleTable } from './people-table';
import type { useAddPeople } from './use-add-people';

interface Props {
  readonly lines: string;
  readonly onLines: (text: string) => void;
  readonly adding: ReturnType<typeof useAddPeople>;
  readonly onCancel: () => void;
  readonly onClose: () => void;
}

/** Shows the form that adds the people of pasted lines: first the check of each line, then the progress, then the result of each line. */
export function AddManyForm(props: Props) {
  return props.adding.lines ? <AddingPeople {...props} /> : <PastePeople {...props} />;
}

function PastePeople({ lines, onLines, adding, onCancel }: Props) {
  const { t } = useTranslation();
  const people = parsePeople(lines);
  const wrong = people.filter(({ problems }) => problems.length > 0).length;
  const isTooLong = people.length > maxLines;
  const isPossible = people.length > 0 && !isTooLong && !wrong;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isPossible) adding.start(people);
      }}
    >
      <Stack>
        <Textarea
          label={t('addUser.lines')}
          description={t('addUser.linesHint', { max: maxLines })}
          placeholder="grace@example.com, Grace, Hopper, US, en"
          value={lines}
          onChange={({ currentTarget }) => onLines(currentTarget.value)}
          autosize
          minRows={4}
          maxRows={8}
          spellCheck={false}
          autoFocus
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        />
        <Text size="sm" role="status" c={wrong || isTooLong ? 'var(--mantine-color-error)' : undefined}>
          {people.length > 0 &&
            (isTooLong
              ? t('addUser.tooMany', { max: maxLines, count: people.length })
              : wrong
                ? t('addUser.wrong', { wrong, count: people.length })
                : t('addUser.ready', { count: people.length }))}
        </Text>
        {people.length > 0 && <PeopleTable people={people.slice(0, maxLines)} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" disabled={!isPossible}>
            {t('addUser.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function AddingPeople({ onLines, adding, onCancel }: Props) {
  const { t } = useTranslation();
  const { lines = [], outcomes, addedCount, isRunning, isComplete, error, resume, reset, markAdded } = adding;
  const editRest = () => {
    onLines(
      lines
        .filter(({ number }) => outcomes.get(number) !== 'added')
        .map(({ text }) => text)
        .join('\n'),
    );
    reset();
  };
  return (
    <Stack>
      <Text role="status" fw={600}>
        {isRunning
          ? t('addUser.adding', { done: outcomes.size, count: lines.length })
          : t('addUser.result', { done: addedCount, count: lines.length })}
      </Text>
      {isRunning && <Progress value={(100 * outcomes.size) / lines.length} aria-label={t('addUser.progress')} />}
      <ProblemAlert error={error}>
        <Text size="sm">{t('addUser.interrupted')}</Text>
        <Button size="xs" onClick={resume}>
          {t('common.continue')}
        </Button>
      </ProblemAlert>
      <PeopleTable
        people={lines}
        outcomes={outcomes}
        onSuggestedAction={(number) => {
          markAdded(number);
          notify(t('common.done'));
        }}
      />
      {!isRunning && (
        <Group justify="flex-end">
          {!isComplete && (
            <Button variant="default" onClick={editRest}>
              {t('addUser.editRest')}
            </Button>
          )}
          <Button onClick={onCancel}>{t('common.close')}</Button>
        </Group>
      )}
    </Stack>
  );
}
