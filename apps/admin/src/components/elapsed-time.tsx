import { useState } from 'react';
import { useTranslation } from 'react-i18next';

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** Shows how long something has lasted since a time (ISO 8601), in days, hours or minutes. */
export function ElapsedTime({ since }: { since: string }) {
  const { language } = useTranslation().i18n;
  const [now] = useState(Date.now);
  const ms = Math.max(0, now - Date.parse(since));
  const [unit, size] = units.find(([, size]) => ms >= size) ?? units[2];
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.floor(ms / size));
}
