import { createInstance } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { en } from './en';

export const languages = { en: 'English', es: 'Español', de: 'Deutsch', pl: 'Polski' } as const;
export type Language = keyof typeof languages;

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

export const i18n = createInstance();

/** Only the language that somebody reads is loaded. */
const loadTexts: Record<Language, () => Promise<object>> = {
  en: async () => (await import('./en')).en,
  es: async () => (await import('./es')).es,
  de: async () => (await import('./de')).de,
  pl: async () => (await import('./pl')).pl,
};

const storageKey = 'rollbook.language';
const isLanguage = (text: string): text is Language => Object.hasOwn(languages, text);

/** Speaks the language that was chosen in this browser, else the browser's own. */
export async function initTexts(): Promise<void> {
  await i18n.use(initReactI18next).init({ fallbackLng: false, interpolation: { escapeValue: false } });
  const wanted = [localStorage.getItem(storageKey) ?? '', ...navigator.languages.map((tag) => tag.slice(0, 2))];
  await setLanguage(wanted.find(isLanguage) ?? 'en');
}

/** Speaks this language from now on, and in this browser the next time. */
export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(storageKey, language);
  await setLanguage(language);
}

async function setLanguage(language: Language): Promise<void> {
  if (!i18n.hasResourceBundle(language, 'translation')) {
    i18n.addResourceBundle(language, 'translation', await loadTexts[language]());
  }
  await i18n.changeLanguage(language);
  document.documentElement.lang = language;
}
