import { useTranslation } from 'react-i18next';

/**
 * Returns functions that format a time (ISO 8601) in the reader's language and time zone: `date` shows the date, `hour` the
 * time of day, `time` both. `day` formats a date (YYYY-MM-DD), which is the same in all zones.
 */
export function useDateFormats(): {
  date: (iso: string) => string;
  day: (iso: string) => string;
  time: (iso: string) => string;
  hour: (iso: string) => string;
} {
  const { language } = useTranslation().i18n;
  // The browser's region decides on the format, for example en-GB while the texts are in `en`.
  const locale = navigator.languages.find((tag) => tag.startsWith(language)) ?? language;
  const format = (options: Intl.DateTimeFormatOptions) => (iso: string) =>
    new Intl.DateTimeFormat(locale, options).format(new Date(iso));
  return {
    date: format({ dateStyle: 'medium' }),
    day: format({ dateStyle: 'medium', timeZone: 'UTC' }),
    time: format({ dateStyle: 'medium', timeStyle: 'short' }),
    hour: format({ timeStyle: 'short' }),
  };
}

/** Shows a time (ISO 8601), or "never" for `null`. */
export function DateTime({ at }: { at: string | null }) {
  const { t } = useTranslation();
  const { time } = useDateFormats();
  return at ? (
    <time dateTime={at} title={at}>
      {time(at)}
    </time>
  ) : (
    <span>{t('common.never')}</span>
  );
}
