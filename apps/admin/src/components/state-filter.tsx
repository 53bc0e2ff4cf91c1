import { Chip, Group } from '@mantine/core';

interface Props<State extends string> {
  /** Names the group for screen readers. */
  readonly label: string;
  /** The states with their texts, which may say how many rows have them. */
  readonly states: readonly (readonly [State, string])[];
  /** The chosen state; undefined: all. */
  readonly value: State | undefined;
  /** Is called with undefined if the chosen state is clicked again. */
  readonly onChange: (state: State | undefined) => void;
}

/** Shows a row of buttons that filter a list by one state. */
export function StateFilter<State extends string>({ label, states, value, onChange }: Props<State>) {
  return (
    <Group gap={6} role="group" aria-label={label}>
      {states.map(([state, text]) => (
        <Chip key={state} size="xs" checked={value === state} onChange={(on) => onChange(on ? state : undefined)}>
          {text}
        </Chip>
      ))}
    </Group>
  );
}
