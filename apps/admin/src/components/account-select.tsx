import { useState } from 'react';
import { Select, type SelectProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { accountQuery, accountSearchQuery } from '../api/accounts';

interface Props extends Omit<SelectProps, 'data' | 'value'> {
  /** The id of the chosen account. */
  readonly value: string | null;
}

/** Shows a select field that searches all accounts by name and domain, without case and accents. */
export function AccountSelect({ value, ...rest }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const [settled] = useDebouncedValue(typed.trim(), 200);
  const { data: chosen } = useQuery({ ...accountQuery(value ?? ''), enabled: value !== null });
  // The field holds the name of the chosen account until somebody types.
  const search = settled === chosen?.name ? '' : settled;
  const { data, isFetching } = useQuery({ ...accountSearchQuery(search), placeholderData: keepPreviousData });
  const found = (data?.items ?? []).map(({ accountId, name }) => ({ value: accountId, label: name }));
  const isFound = found.some((option) => option.value === value);
  const foundIds = new Set(found.map((option) => option.value));
  return (
    <Select
      data={chosen && !isFound ? [{ value: chosen.accountId, label: chosen.name }, ...found] : found}
      value={value}
      searchable
      onSearchChange={setTyped}
      // The server has searched already, and it finds more than a comparison of letters would.
      filter={({ options }) => options.filter((option) => 'value' in option && foundIds.has(option.value))}
      nothingFoundMessage={
        isFetching || settled !== typed.trim()
          ? t('users.searching')
          : t(search ? 'accounts.notFound' : 'shell.noAccounts')
      }
      {...rest}
    />
  );
}
