import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';

/** Returns a function that gives a country's name in the reader's language. */
export function useCountryName(): (code: string) => string {
  const { language } = useTranslation().i18n;
  return useMemo(() => {
    const names = new Intl.DisplayNames(language, { type: 'region' });
    return (code) => names.of(code) ?? code;
  }, [language]);
}
