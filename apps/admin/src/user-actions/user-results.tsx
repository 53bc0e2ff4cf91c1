import { Box, List, ScrollArea, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { SuggestedActions } from '../components/suggested-actions';
import { useProblemText } from '../components/problems';
import type { TargetUser } from './user-actions';
import type { ActionResult } from './use-run-action';

/** Nobody reads further; the numbers above tell the rest. */
const maxShown = 50;

/** What the dry run answered: whom it would change, whom not, who can't be changed. */
export function DryRunResults({
  people,
  results,
}: {
  people: readonly TargetUser[];
  results: readonly ActionResult[];
}) {
  const { t } = useTranslation();
  const changing = results.filter(({ ok, changed }) => ok && changed);
  const same = results.filter(({ ok, changed }) => ok && !changed);
  return (
    <Stack gap="xs" aria-live="polite">
      {changing.length > 0 && (
        <UserResults title={t('act.would', { count: changing.length })} people={people} results={changing} />
      )}
      {same.length > 0 && <UserResults title={t('act.same', { count: same.length })} people={people} results={same} />}
      <RefusedUsers people={people} results={results} />
    </Stack>
  );
}

/** One line for each who could not be done: why, and, once it is tried, the steps that work. */
export function RefusedUsers({
  people,
  results,
  onStep,
}: {
  people: readonly TargetUser[];
  results: readonly ActionResult[];
  onStep?: () => void;
}) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const refused = results.filter(({ ok }) => !ok);
  if (!refused.length) return null;
  return (
    <UserResults
      title={t('act.refused', { count: refused.length })}
      people={people}
      results={refused}
      renderDetails={(result, person) => (
        <>
          <Text size="sm" c="var(--mantine-color-error)">
            {problemText(result)}
          </Text>
          {onStep && <SuggestedActions steps={result.actions} name={person.name} onDone={onStep} />}
        </>
      )}
    />
  );
}

interface UserResultsProps {
  readonly title: string;
  readonly people: readonly TargetUser[];
  readonly results: readonly ActionResult[];
  readonly renderDetails?: (result: ActionResult, person: TargetUser) => React.ReactNode;
}

function UserResults({ title, people, results, renderDetails }: UserResultsProps) {
  const { t } = useTranslation();
  const named = new Map(people.map((person) => [person.userId, person]));
  const more = results.length - maxShown;
  return (
    <Box>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      <ScrollArea.Autosize mah={220} viewportProps={{ tabIndex: 0 }}>
        <List size="sm" spacing={4} listStyleType="none">
          {results.slice(0, maxShown).map((result) => {
            const person = named.get(result.userId) ?? { userId: result.userId, name: result.userId };
            return (
              <List.Item key={result.userId}>
                {person.name}
                {renderDetails?.(result, person)}
              </List.Item>
            );
          })}
        </List>
      </ScrollArea.Autosize>
      {more > 0 && <Text size="sm">{t('act.more', { count: more })}</Text>}
    </Box>
  );
}
