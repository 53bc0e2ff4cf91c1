/** Names in these scripts are written with the family name first and without a comma. */
const familyNameFirst = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\s]+$/u;

/** Returns a name as lists show and sort it: the last name, then the first name. */
export function formatListName({ firstName, lastName }: { firstName: string; lastName: string }): string {
  if (familyNameFirst.test(lastName + firstName)) return `${lastName} ${firstName}`;
  return [lastName, firstName].filter(Boolean).join(', ');
}
