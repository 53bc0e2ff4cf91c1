/**
 * Invisible characters, and characters without a defined appearance: white space, control and format characters,
 * default-ignorable ones, surrogates, private use, unassigned, and the blank Braille pattern.
 */
const unseen = String.raw`\p{White_Space}\p{C}\p{Default_Ignorable_Code_Point}\u2800`;

const unseenCharacter = new RegExp(`[${unseen}]`, 'u');

/** Returns whether a text has an invisible character. */
export const hasInvisibleCharacter = (text: string): boolean => unseenCharacter.test(text);

/** Neither invisible nor a combining mark, which is invisible on its own. */
const visibleCharacter = new RegExp(String.raw`[^${unseen}\p{M}]`, 'u');

/** Returns whether a text has at least one visible character. */
export const hasVisibleCharacter = (text: string): boolean => visibleCharacter.test(text);

/** Trims a text and replaces each run of Unicode spaces by one space. */
export const normalizeSpaces = (text: string): string => text.trim().replace(/[\p{Zs}\p{Zl}\p{Zp}]+/gu, ' ');
