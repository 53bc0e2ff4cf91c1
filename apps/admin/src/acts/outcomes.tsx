import { Box, List, ScrollArea, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { NextSteps } from '../parts/next-steps';
import { useProblemText } from '../parts/problems';
import type { Person } from './act';
import type { Result } from './use-act';

/** Nobody reads further; the numbers above tell the rest. */
const shown = 50;

/** What the dry run answered: whom it would change, whom not, who can't be changed. */
export function Foreseen({ people, results }: { people: readonly Person[]; results: readonly Result[] }) {
  const { t } = useTranslation();
  const changing = results.filter(({ ok, changed }) => ok && changed);
  const same = results.filter(({ ok, changed }) => ok && !changed);
  return (
    <Stack gap="xs" aria-live="polite">
      {changing.length > 0 && (
        <Named title={t('act.would', { count: changing.length })} people={people} results={changing} />
      )}
      {same.length > 0 && <Named title={t('act.same', { count: same.length })} people={people} results={same} />}
      <Refusals people={people} results={results} />
    </Stack>
  );
}

/** One line for each who could not be done: why, and, once it is tried, the steps that work. */
export function Refusals({
  people,
  results,
  onStep,
}: {
  people: readonly Person[];
  results: readonly Result[];
  onStep?: () => void;
}) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  const refused = results.filter(({ ok }) => !ok);
  if (!refused.length) return null;
  return (
    <Named
      title={t('act.refused', { count: refused.length })}
      people={people}
      results={refused}
      about={(result, person) => (
        <>
          <Text size="sm" c="var(--mantine-color-error)">
            {problemText(result)}
          </Text>
          {onStep && <NextSteps steps={result.actions} name={person.name} onDone={onStep} />}
        </>
      )}
    />
  );
}

interface NamedProps {
  readonly title: string;
  readonly people: readonly Person[];
  readonly results: readonly Result[];
  readonly about?: (result: Result, person: Person) => React.ReactNode;
}

function Named({ title, people, results, about }: NamedProps) {
  const { t } = useTranslation();
  const named = new Map(people.map((person) => [person.userId, person]));
  const more = results.length - shown;
  return (
    <Box>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      <ScrollArea.Autosize mah={220} viewportProps={{ tabIndex: 0 }}>
        <List size="sm" spacing={4} listStyleType="none">
          {results.slice(0, shown).map((result) => {
            const person = named.get(result.userId) ?? { userId: result.userId, name: result.userId };
            return (
              <List.Item key={result.userId}>
                {person.name}
                {about?.(result, person)}
              </List.Item>
            );
          })}
        </List>
      </ScrollArea.Autosize>
      {more > 0 && <Text size="sm">{t('act.more', { count: more })}</Text>}
    </Box>
  );
}
