import { useState } from 'react';
import { Group, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { SearchIcon } from './icons';

/** A search text: as typed, and as sent to the server after a pause. */
export interface ListSearch {
  readonly typed: string;
  readonly setTyped: (text: string) => void;
  /** Follows `typed` after a short pause. */
  readonly search: string;
}

/** Returns the state of a search field. It is not in the page's address, because it may be somebody's name. */
export function useListSearch(): ListSearch {
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), 250);
  return { typed, setTyped, search };
}

interface Props {
  readonly search: ListSearch;
  readonly label: string;
  /** How many rows were found, in words. */
  readonly found: string | undefined;
}

/** Shows the search field above a list, and how many rows the search finds. */
export function ListSearchField({ search: { typed, setTyped }, label, found }: Props) {
  return (
    <Group gap="sm">
      <TextInput
        type="search"
        aria-label={label}
        placeholder={label}
        leftSection={<SearchIcon />}
        value={typed}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        maxLength={100}
        w={{ base: '100%', xs: 320 }}
      />
      <Text size="sm" c="dimmed" role="status">
        {found}
      </Text>
    </Group>
  );
}
