import * as fc from 'fast-check';
import { normalizeForSearch } from './normalize-for-search.js';

const same = (...texts: string[]) => expect(new Set(texts.map(normalizeForSearch)).size).toBe(1);
const different = (...texts: string[]) => expect(new Set(texts.map(normalizeForSearch)).size).toBe(texts.length);

describe('SEARCH-1: text is compared without case and accents', () => {
  test.each([
    ['Latin accents, composed and decomposed', ['Åsa', 'åsa', 'ASA', 'A\u030Asa']],
    ['letters that Unicode does not decompose', ['Strauß', 'STRAUSS', 'strauẞ']],
    ['a final sigma', ['ΟΔΥΣΣΕΥΣ', 'Οδυσσεύς', 'οδυσσευσ']],
    ['Turkish i, with a dot and without', ['İSTANBUL', 'ıstanbul', 'ISTANBUL', 'istanbul']],
    ['Vietnamese, with two accents on a letter', ['Nguyễn Đức', 'nguyen duc', 'NGUYỄN ĐỨC'.normalize('NFD')]],
    ['Polish and Danish strokes', ['Łukasz Søren', 'lukasz soren']],
    ['Cyrillic accents', ['Алёна', 'АЛЕНА']],
    ['Arabic points, and letters that are typed for one another', ['مُحَمَّد', 'محمد', 'محـمد']],
    ['Arabic alef with and without hamza', ['أحمد', 'احمد']],
    ['Persian and Arabic forms of a letter', ['علی', 'علي', 'على']],
    ['Hebrew points', ['שָׁלוֹם', 'שלום']],
    ['Hangul, composed and decomposed', ['민수', '민수'.normalize('NFD')]],
    ['kana of half and full width', ['ガンダ', 'ｶﾞﾝﾀﾞ', 'ガンダ'.normalize('NFD')]],
    ['Latin of full width', ['Ｎｇ', 'ng']],
    [
      'apostrophes and dashes',
      [
        "O'Neil-Ray",
        'O’Neil–Ray',
        'OʼNeil‐Ray',
        'O´Neil—Ray',
        'O`Neil-Ray',
        'O｀Neil-Ray',
        'O\u1FEFNeil-Ray',
        'O\u1FFDNeil-Ray',
      ],
    ],
    ['variants of an ideograph, and characters that show nothing', ['葛', '葛\u{E0100}', '\u200B葛']],
  ])('%s', (_, texts) => same(...texts));

  test.each([
    ['Devanagari vowel signs', ['राम', 'रमा', 'रीमा', 'रेमा', 'रम']],
    ['Tamil vowel signs', ['கமல', 'கமலா', 'கமலி']],
    ['Bengali vowel signs', ['মিনা', 'মনা', 'মেনা']],
    ['Thai vowel and tone marks', ['นก', 'นิก', 'นุก', 'นี่ก']],
    ['Khmer and Burmese vowel signs', ['សុខ', 'សខ', 'မင်း', 'မင']],
    ['voicing marks of kana', ['かき', 'がき', 'ぱ', 'は', 'ば']],
    ['syllables of Hangul', ['민', '미', '만']],
  ])('SEARCH-4: not without %s, which make another word', (_, texts) => different(...texts));

  test('SEARCH-1: a normalized text stays the same when it is normalized again: each character', () => {
    const codes = Array.from({ length: 0x110000 }, (_, code) => code).filter((code) => code < 0xd800 || code > 0xdfff);
    const normalized = normalizeForSearch(codes.map((code) => String.fromCodePoint(code)).join('x'));
    expect(normalizeForSearch(normalized) === normalized).toBe(true);
  });

  test('SEARCH-1: a normalized text stays the same when it is normalized again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) =>
        expect(normalizeForSearch(normalizeForSearch(text))).toBe(normalizeForSearch(text)),
      ),
    );
  });
});
