import { IsIn } from 'class-validator';

/** The languages of mails. */
export const languages = ['en', 'es', 'de', 'pl'] as const;
export type Language = (typeof languages)[number];

/** Property decorator: one of {@link languages}. */
export const MailLanguage = () => IsIn(languages);
