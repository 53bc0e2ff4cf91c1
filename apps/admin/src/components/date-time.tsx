import { useTranslation } from 'react-i18next';

/** Formats a moment (ISO 8601) as readers of this language write it, in their own zone; a `day` (YYYY-MM-DD) is the same in all, an `hour` names no day. */
export function useDateFormats(): {
  date: (iso: string) => string;
  day: (iso: string) => string;
  time: (iso: string) => string;
  hour: (iso: string) => string;
} {
  const { language } = useTranslation().i18n;
  // The British write dates as the British do, whatever English the texts are in.
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

/** A moment; `null`: never. */
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
