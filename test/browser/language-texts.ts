import { createInstance } from 'i18next';
import { de } from '../../apps/admin/src/texts/de';
import { en } from '../../apps/admin/src/texts/en';
import { es } from '../../apps/admin/src/texts/es';
import { pl } from '../../apps/admin/src/texts/pl';

/** All texts of the admin UI, by language. */
export const texts = { en, es, de, pl };
export type Language = keyof typeof texts;

const mapLanguages = <T>(of: (language: Language) => T): Record<Language, T> => ({
  en: of('en'),
  es: of('es'),
  de: of('de'),
  pl: of('pl'),
});

/** The translation function of each language. */
export const translators = mapLanguages((lng) => {
  const i18n = createInstance({ lng, resources: { [lng]: { translation: texts[lng] } }, initAsync: false });
  void i18n.init();
  return i18n.t;
});

/** Lists all texts with their keys. */
const flattenTexts = (tree: object, above = ''): [key: string, text: string][] =>
  Object.entries(tree).flatMap(([key, text]: [string, string | object]) =>
    typeof text === 'string' ? [[above + key, text]] : flattenTexts(text, `${above}${key}.`),
  );

/** The English texts by their keys. */
export const englishTexts = new Map(flattenTexts(en));

const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const regions = letters.flatMap((first) => letters.map((second) => first + second));
const countryNames = mapLanguages((language) => new Intl.DisplayNames(language, { type: 'region' }));

/** The texts and names of countries that are rightly the same as in English. */
const sameAsEnglish = mapLanguages((language) => {
  const same = flattenTexts(texts[language]).filter(([key, text]) => englishTexts.get(key) === text);
  const countries = regions
    .map((code) => countryNames[language].of(code)!)
    .filter((name, nth) => name === countryNames.en.of(regions[nth]!));
  return new Set([...same.map(([, text]) => text), ...countries]);
});

/** Patterns of what is never translated: names, addresses, ids and typed texts. */
const untranslated = [
  /^(Ada|Ben|Carla|Dora|Leon?|Grace|Otto)? ?(Lovelace|Meyer|García|Plain|Roth|Hopper|Later)?( \(\S+@\S+\))?$/,
  // Names as lists show them, and lines of people that were pasted in.
  /^(Lovelace|Meyer|García|Plain|Roth|Hopper|Later), (Ada|Ben|Carla|Dora|Leon?|Grace|Otto)$/,
  /^(grace@example\.com, Grace, Hopper, US, en|eva@northwind\.example;Eva;Nowak;Narnia|Eva Nowak, Narnia)$/,
  // A form keeps a message in the language it was shown in; people can not change the language while a dialog is open.
  /^To pole jest potrzebne\.$/,
  /^Northwind, northwind\.example, Ada Lovelace$/,
  /^(\S+@)?(northwind|contoso)\.example$/,
  /^(Rollbook|Northwind|Contoso|operator-token.*|Chrome \d+, Linux|Mozilla.*)$/,
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  /^curl /,
  /^(English|Español|Deutsch|Polski)$/,
  // The browser has other names for them than Node.
  /^(Hong Kong|Macao)$/,
  /^\d{4}-\d\d-\d\dT/,
  /Lost <b>badge<\/b>|Found it/,
];

/** Lists the texts of a page that are still English in another language. `inEnglish` are the texts of the English page. */
export const findUntranslated = (
  shown: readonly string[],
  inEnglish: readonly string[],
  language: Language,
): string[] =>
  language === 'en'
    ? []
    : shown.filter(
        (text) =>
          inEnglish.includes(text) &&
          !sameAsEnglish[language].has(text) &&
          !untranslated.some((pattern) => pattern.test(text)),
      );
