import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { Select, type ComboboxItem, type SelectProps } from '@mantine/core';
import { useUncontrolled } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import type { Language } from '../texts/i18n';
import { useCountryName } from './country-name';
import { listCountryCodes, rankCountries } from './find-country';

interface Props extends Omit<SelectProps, 'data' | 'value' | 'defaultValue' | 'onChange' | 'filter'> {
  readonly value?: string | null;
  readonly defaultValue?: string | null;
  readonly onChange?: (code: string | null) => void;
  /** Calls `onChange` also with a text that no country fits, so that the form can refuse it; else with `null`. */
  readonly keepsUnknown?: boolean;
}

/**
 * Shows a select field for a country, which is found by its usual names and its ISO codes. Enter and Tab choose the first
 * country that fits. A text that no country fits stays, with an error.
 */
export function CountrySelect({ value, defaultValue, onChange, keepsUnknown = false, error, onBlur, ...rest }: Props) {
  const { t } = useTranslation();
  const { items, findBest, filter } = useCountries();
  const [chosen, setChosen] = useUncontrolled<string | null>({
    value,
    defaultValue,
    finalValue: null,
    onChange: (code) => onChange?.(code),
  });
  const known = items.find((item) => item.value === chosen);
  const [typed, setTyped] = useState(known?.label ?? chosen ?? '');
  const [unknown, setUnknown] = useState(known || !chosen ? undefined : chosen);
  const [isOpen, setOpen] = useState(false);
  // Whether an option was picked by the arrow keys, which Enter then chooses.
  const hasMoved = useRef(false);
  const choose = (code: string | null) => {
    setUnknown(undefined);
    setTyped(items.find((item) => item.value === code)?.label ?? '');
    if (code !== chosen) setChosen(code);
  };
  /** Chooses what fits the text in the field when the field is left. */
  const settle = (text: string) => {
    if (text === known?.label) return;
    const best = findBest(text);
    if (!text) choose(null);
    else if (best) choose(best.value);
    else {
      setUnknown(text);
      setChosen(keepsUnknown ? text : null);
    }
    setTyped(best?.label ?? text);
  };
  const handleKey = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key.startsWith('Arrow')) hasMoved.current = true;
    const text = typed.trim();
    if (event.key !== 'Enter' || hasMoved.current || !text || text === known?.label) return;
    // Not the form's: what was typed is no country yet.
    event.preventDefault();
    event.stopPropagation();
    settle(text);
    setOpen(false);
  };
  return (
    <Select
      data={items}
      searchable
      selectFirstOptionOnChange
      allowDeselect={false}
      // With `null`, the field would drop the text that no country fits.
      value={known ? chosen : unknown === undefined ? null : ''}
      onChange={choose}
      searchValue={typed}
      onSearchChange={(text) => {
        hasMoved.current = false;
        setTyped(text);
      }}
      dropdownOpened={isOpen}
      onDropdownOpen={() => setOpen(true)}
      onDropdownClose={() => setOpen(false)}
      onKeyDownCapture={handleKey}
      filter={filter}
      nothingFoundMessage={t('user.noCountry', { text: typed })}
      error={unknown !== undefined && unknown === typed ? t('user.noCountry', { text: unknown }) : error}
      {...rest}
      onBlur={(event) => {
        settle(event.currentTarget.value.trim());
        onBlur?.(event);
      }}
    />
  );
}

/** Returns all countries, in the order of their names in the reader's language, and functions that find some of them. */
function useCountries() {
  const { language } = useTranslation().i18n;
  const nameOf = useCountryName();
  return useMemo(() => {
    const items = listCountryCodes()
      .map((value): ComboboxItem => ({ value, label: nameOf(value) }))
      .sort((one, other) => one.label.localeCompare(other.label, language));
    const find = (text: string): ComboboxItem[] => {
      if (!text.trim()) return items;
      const rankOf = rankCountries(text, language as Language);
      return items
        .filter(({ value }) => rankOf(value) !== undefined)
        .sort((one, other) => rankOf(one.value)! - rankOf(other.value)!);
    };
    return {
      items,
      filter: ({ search }: { search: string }) => find(search),
      findBest: (text: string): ComboboxItem | undefined => (text ? find(text)[0] : undefined),
    };
  }, [language, nameOf]);
}
