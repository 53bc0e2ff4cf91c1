/**
 * Characters that show nothing, or of which nobody can say what they show: white space, control and format characters,
 * default-ignorable ones, surrogates, private use, unassigned, and the blank Braille pattern.
 */
const unseen = String.raw`\p{White_Space}\p{C}\p{Default_Ignorable_Code_Point}\u2800`;

const unseenCharacter = new RegExp(`[${unseen}]`, 'u');

/** Whether a text has a character that shows nothing. */
export const hasUnseenCharacter = (text: string): boolean => unseenCharacter.test(text);

/** Shows nothing where it stands alone: what is unseen, and combining marks. */
const visibleCharacter = new RegExp(String.raw`[^${unseen}\p{M}]`, 'u');

/** Whether a text shows anything at all. */
export const showsSomething = (text: string): boolean => visibleCharacter.test(text);

/** Trimmed, and each run of spaces, of whatever script, as one space. */
export const tidySpaces = (text: string): string => text.trim().replace(/[\p{Zs}\p{Zl}\p{Zp}]+/gu, ' ');
