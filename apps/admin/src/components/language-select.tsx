import { Select, type SelectProps } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { languages } from '../texts/i18n';

/** Shows a select field for the language of mails. */
export function LanguageSelect(props: Omit<SelectProps, 'data'>) {
  const { t } = useTranslation();
  return (
    <Select
      label={t('user.language')}
      data={Object.entries(languages).map(([value, label]) => ({ value, label }))}
      {...props}
    />
  );
}
