import { createInstance } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en';

export const languages = { en: 'English', es: 'Español', de: 'Deutsch', pl: 'Polski' } as const;
export type Language = keyof typeof languages;

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

export const i18n = createInstance();

/** English is at hand, as the language of whatever can't be loaded; the others come when somebody reads them. */
const load: Record<Exclude<Language, 'en'>, () => Promise<object>> = {
  es: async () => (await import('./es')).es,
  de: async () => (await import('./de')).de,
  pl: async () => (await import('./pl')).pl,
};

const remembered = 'rollbook.language';
const isLanguage = (text: string): text is Language => Object.hasOwn(languages, text);

/** Speaks the language that was chosen in this browser, else the browser's own. */
export async function startTexts(): Promise<void> {
  await i18n.use(initReactI18next).init({ lng: 'en', fallbackLng: 'en', resources: { en: { translation: en } }, interpolation: { escapeValue: false } });
  const wanted = [localStorage.getItem(remembered) ?? '', ...navigator.languages.map((tag) => tag.slice(0, 2))];
  await speak(wanted.find(isLanguage) ?? 'en');
}

/** Speaks this language from now on, and in this browser the next time. */
export async function choose(language: Language): Promise<void> {
  localStorage.setItem(remembered, language);
  await speak(language);
}

async function speak(language: Language): Promise<void> {
  if (language !== 'en' && !i18n.hasResourceBundle(language, 'translation')) {
    i18n.addResourceBundle(language, 'translation', await load[language]());
  }
  await i18n.changeLanguage(language);
  document.documentElement.lang = language;
}
