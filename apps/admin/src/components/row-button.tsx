import type { ReactNode } from 'react';
import { Anchor, Text } from '@mantine/core';

interface Props {
  readonly label: string;
  /** Shown below the label on narrow screens, where other columns are hidden. */
  readonly note: ReactNode;
  readonly onClick: () => void;
}

/** Shows the first cell of a table's row: a button that looks like a link and opens the row's details. */
export function RowButton({ label, note, onClick }: Props) {
  return (
    <>
      <Anchor
        component="button"
        type="button"
        size="sm"
        fw={600}
        truncate
        display="block"
        maw="100%"
        ta="left"
        onClick={onClick}
      >
        {label}
      </Anchor>
      <Text size="xs" c="dimmed" truncate hiddenFrom="md">
        {note}
      </Text>
    </>
  );
}
