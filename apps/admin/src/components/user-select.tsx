import { useState } from 'react';
import { Select, type SelectProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { isSearchTooShort, userListQuery, userStatuses } from '../api/users';

interface Props extends Omit<SelectProps, 'data' | 'value'> {
  readonly accountId: string;
  readonly value: string | undefined;
  /** The name of the chosenName user. */
  readonly chosenName?: string | undefined;
}

/** Shows a select field that searches for a user of the account by name or address; also finds users who have left. */
export function UserSelect({ accountId, value, chosenName, ...rest }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [searchText] = useDebouncedValue(typed.trim(), 250);
  const isSearched = searchText !== '' && searchText !== chosenName;
  const { data, error, isFetching } = useInfiniteQuery({
    ...userListQuery(accountId, { search: searchText, status: [...userStatuses] }),
    enabled: isSearched,
    placeholderData: keepPreviousData,
  });
  const options = (isSearched ? (data?.pages[0]?.items ?? []) : []).map(({ userId, firstName, lastName, email }) => ({
    value: userId,
    label: `${firstName} ${lastName} (${email})`,
  }));
  const isOffered = options.some((option) => option.value === value);
  return (
    <Select
      placeholder={t('audit.findUser')}
      data={value && !isOffered ? [{ value, label: chosenName ?? value }, ...options] : options}
      value={value ?? null}
      searchable
      clearable
      onSearchChange={setTyped}
      // The server has searched already, and it finds more than a comparison of letters would.
      filter={({ options: all }) => all}
      nothingFoundMessage={
        isFetching
          ? t('users.searching')
          : isSearched && !isSearchTooShort(error)
            ? t('audit.nobody')
            : t('users.searchTooShort')
      }
      {...rest}
    />
  );
}
