import { ScrollArea, Stack, Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useCountryName } from '../components/country-name';
import { useProblemText } from '../components/problems';
import { SuggestedActions } from '../components/suggested-actions';
import { languages } from '../texts/i18n';
import type { ParsedLine } from './parse-people';
import type { LineOutcome } from './use-add-people';

interface Props {
  readonly people: readonly ParsedLine[];
  /** The result of each line, by line number; absent before the lines are sent. */
  readonly outcomes?: ReadonlyMap<number, LineOutcome>;
  /** Called with the number of the line whose suggested action was done. */
  readonly onSuggestedAction?: (number: number) => void;
}

/** Shows the people of pasted lines as a table. Each row has the problems of its line or, after sending, its result. */
export function PeopleTable({ people, outcomes, onSuggestedAction }: Props) {
  const { t } = useTranslation();
  const countryName = useCountryName();
  return (
    <ScrollArea.Autosize mah={320} viewportProps={{ tabIndex: 0, role: 'region', 'aria-label': t('addUser.people') }}>
      <Table stickyHeader verticalSpacing={4} layout="fixed">
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={60}>{t('addUser.line')}</Table.Th>
            <Table.Th>{t('addUser.lines')}</Table.Th>
            <Table.Th>{t('addUser.outcome')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {people.map(({ number, person, problems }) => (
            <Table.Tr key={number}>
              <Table.Td>{number}</Table.Td>
              <Table.Td style={{ overflowWrap: 'anywhere' }}>
                <Text size="sm">{person.email}</Text>
                <Text size="xs" c="dimmed">
                  {[
                    `${person.firstName} ${person.lastName}`,
                    problems.includes('country') ? person.country : countryName(person.country),
                    ...(person.language ? [languages[person.language]] : []),
                  ].join(', ')}
                </Text>
              </Table.Td>
              <Table.Td>
                {outcomes ? (
                  <Outcome
                    outcome={outcomes.get(number)}
                    name={`${person.firstName} ${person.lastName} (${person.email})`}
                    onDone={() => onSuggestedAction?.(number)}
                  />
                ) : (
                  <Text size="sm" c={problems.length ? 'var(--mantine-color-error)' : 'dimmed'}>
                    {problems.map((problem) => t(`addUser.lineProblem.${problem}`)).join(' ') || t('addUser.lineReady')}
                  </Text>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea.Autosize>
  );
}

function Outcome({ outcome, name, onDone }: { outcome: LineOutcome | undefined; name: string; onDone: () => void }) {
  const { t } = useTranslation();
  const problemText = useProblemText();
  if (!outcome) return <Text size="sm">{t('addUser.lineWaiting')}</Text>;
  if (outcome === 'added') return <Text size="sm">{t('addUser.lineAdded')}</Text>;
  return (
    <Stack gap={4}>
      <Text size="sm" c="var(--mantine-color-error)">
        {[problemText(outcome), ...outcome.errors.map(({ message }) => message)].join(' ')}
      </Text>
      <SuggestedActions actions={outcome.actions} name={name} staysOpen onDone={onDone} />
    </Stack>
  );
}
