/** First characters that a spreadsheet may read as a formula, full-width forms included, and the escape character itself. */
const risky = /^[=+\-@'\t\r\n＝＋－＠]/;

/** Escapes a text, so that no spreadsheet runs it as a formula: with a leading `'`, which an import removes. */
export const toCsvCell = (text: string | null): string => (text === null ? '' : risky.test(text) ? `'${text}` : text);
