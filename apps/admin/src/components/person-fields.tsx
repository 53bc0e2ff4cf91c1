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
  entitlementCountry: string | null;
}

type PersonField = keyof PersonValues;

interface Props {
  readonly form: {
    readonly key: (field: PersonField) => string;
    readonly getInputProps: (field: PersonField) => ReturnType<UseFormReturnType<PersonValues>['getInputProps']>;
  };
  /** Whether the first name gets the focus when the dialog opens. */
  readonly hasFocus?: boolean;
  /** Whether the user may be left without a language of their own. */
  readonly isLanguageOptional?: boolean;
}

/** Shows the fields of a person that a user's account may set. */
export function PersonFields({ form, hasFocus = false, isLanguageOptional = false }: Props) {
  const { t } = useTranslation();
  const propsOf = (field: PersonField) => ({ key: form.key(field), ...form.getInputProps(field) });
  const { key: firstNameKey, ...firstName } = propsOf('firstName');
  const { key: lastNameKey, ...lastName } = propsOf('lastName');
  const { key: countryKey, ...country } = propsOf('country');
  const { key: languageKey, ...language } = propsOf('language');
  const { key: entitlementKey, ...entitlementCountry } = propsOf('entitlementCountry');
  return (
    <>
      <SimpleGrid cols={{ base: 1, xs: 2 }}>
        <TextInput
          key={firstNameKey}
          label={t('user.firstName')}
          autoComplete="off"
          required
          maxLength={100}
          data-autofocus={hasFocus || undefined}
          {...firstName}
        />
        <TextInput
          key={lastNameKey}
          label={t('user.lastName')}
          autoComplete="off"
          required
          maxLength={100}
          {...lastName}
        />
        <CountrySelect
          key={countryKey}
          label={t('user.country')}
          description={t('user.countryHint')}
          required
          keepsUnknown
          {...country}
        />
        <LanguageSelect
          key={languageKey}
          description={t('user.languageHint')}
          placeholder={t('user.accountLanguage')}
          clearable={isLanguageOptional}
          {...language}
        />
      </SimpleGrid>
      <CountrySelect
        key={entitlementKey}
        label={t('user.entitlementCountry')}
        description={t('user.entitlementHint')}
        clearable
        keepsUnknown
        {...entitlementCountry}
      />
    </>
  );
}

/** Returns the checks of a person's fields, for `useForm`. */
export function createPersonChecks(t: TFunction) {
  const needed = isNotEmpty(t('common.required'));
  const checkCountry = (value: string | null) =>
    !value || findCountryByName(value) === value ? null : t('user.noCountry', { text: value });
  return {
    firstName: needed,
    lastName: needed,
    country: (value: string | null) => needed(value) ?? checkCountry(value),
    entitlementCountry: checkCountry,
  };
}
