/** Letters that Unicode does not decompose into a base and a mark, and variants that are typed for one another. */
const plain: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ŧ: 't',
  ŋ: 'n',
  ı: 'i',
  ς: 'σ',
  ٱ: 'ا',
  ى: 'ي',
  ی: 'ي',
  ک: 'ك',
  ـ: '',
  '‘': "'",
  '’': "'",
  ʻ: "'",
  ʼ: "'",
  '`': "'",
  '′': "'",
  '‐': '-',
  '‒': '-',
  '–': '-',
  '—': '-',
  '−': '-',
};
const replaceable = new RegExp(`[${Object.keys(plain).join('')}]`, 'gu');

/**
 * Marks that a search leaves out: accents and vowel points of these scripts, and characters that show nothing. Not vowel
 * signs, as of Devanagari or Thai, nor the voicing marks of kana (U+3099, U+309A): without them it is another word.
 */
const accents =
  /[[\p{M}&&[\p{Script=Inherited}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}]]--[\u3099\u309A]]|\p{Default_Ignorable_Code_Point}/gv;

/** Converts a text to the form in which it is searched and sorted: lower case, without accents. Not left to the database, so that every database sorts alike. */
export const normalizeForSearch = (text: string): string =>
  plainAscii.test(text) ? text.toLowerCase() : normalizeUnicode(text);

/** Texts of which nothing but the case changes: most of them, and it takes a tenth of the time. */
const plainAscii = /^[\x20-\x5f\x61-\x7e]*$/;

const normalizeUnicode = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/´/g, "'") // NFKD would make it a space with an accent
    .normalize('NFKD')
    .replace(accents, '')
    .toLowerCase()
    .replace(replaceable, (letter) => plain[letter]!)
    .normalize('NFC');
