import { SimpleGrid, TextInput } from '@mantine/core';
import { isNotEmpty, type UseFormReturnType } from '@mantine/form';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { CountrySelect } from './country-select';
import { findCountryByName } from './find-country';
import { LanguageSelect } from './language-select';

/** The fields of a person in a form. */
export interface PersonValues {
  firstName: string;
  lastName: string;
  country: string | null;
  language: string | null;
}

/** The part of a form that a field needs. */
interface FormWith<Field extends string> {
  readonly key: (field: Field) => string;
  readonly getInputProps: (field: Field) => ReturnType<UseFormReturnType<PersonValues>['getInputProps']>;
}

interface Props {
  readonly form: FormWith<keyof PersonValues>;
  /** Whether the first name gets the focus when the dialog opens. */
  readonly hasFocus?: boolean;
  /** Whether the user may be left without a language of their own. */
  readonly isLanguageOptional?: boolean;
  /** Whether browsers may fill in the names of the person who uses them. */
  readonly isOwn?: boolean;
}

/** Shows the fields of a person: names, country and language. */
export function PersonFields({ form, hasFocus = false, isLanguageOptional = false, isOwn = false }: Props) {
  const { t } = useTranslation();
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <TextInput
        key={form.key('firstName')}
        label={t('user.firstName')}
        autoComplete={isOwn ? 'given-name' : 'off'}
        required
        maxLength={100}
        data-autofocus={hasFocus || undefined}
        {...form.getInputProps('firstName')}
      />
      <TextInput
        key={form.key('lastName')}
        label={t('user.lastName')}
        autoComplete={isOwn ? 'family-name' : 'off'}
        required
        maxLength={100}
        {...form.getInputProps('lastName')}
      />
      <CountrySelect
        key={form.key('country')}
        label={t('user.country')}
        description={t('user.countryHint')}
        required
        keepsUnknown
        {...form.getInputProps('country')}
      />
      <LanguageSelect
        key={form.key('language')}
        description={t('user.languageHint')}
        placeholder={t('user.accountLanguage')}
        clearable={isLanguageOptional}
        {...form.getInputProps('language')}
      />
    </SimpleGrid>
  );
}

/** Shows the field of the entitlement country, which only administrators set. */
export function EntitlementCountryField({ form }: { form: FormWith<'entitlementCountry'> }) {
  const { t } = useTranslation();
  return (
    <CountrySelect
      key={form.key('entitlementCountry')}
      label={t('user.entitlementCountry')}
      description={t('user.entitlementHint')}
      clearable
      keepsUnknown
      {...form.getInputProps('entitlementCountry')}
    />
  );
}

/** Returns a check for `useForm`: an error for a text that is no country. */
export const createCountryCheck = (t: TFunction) => (value: string | null) =>
  !value || findCountryByName(value) === value ? null : t('user.noCountry', { text: value });

/** Returns the checks of a person's fields, for `useForm`. */
export function createPersonChecks(t: TFunction) {
  const needed = isNotEmpty(t('common.required'));
  const checkCountry = createCountryCheck(t);
  return {
    firstName: needed,
    lastName: needed,
    country: (value: string | null) => needed(value) ?? checkCountry(value),
  };
}
