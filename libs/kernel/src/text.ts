/**
 * Characters that show nothing, or of which nobody can say what they show: white space, control and format characters,
 * default-ignorable ones, surrogates, private use, unassigned, and the blank Braille pattern.
 */
const unseen = String.raw`\p{White_Space}\p{C}\p{Default_Ignorable_Code_Point}\u2800`;

const unseenCharacter = new RegExp(`[${unseen}]`, 'u');

/** Whether a text has a character that shows nothing. */
export const hasUnseenCharacter = (text: string): boolean => unseenCharacter.test(text);
