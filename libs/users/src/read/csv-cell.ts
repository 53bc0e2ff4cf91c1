/** What a spreadsheet may take for the start of a formula (also full-width forms), and the `'` itself, so that each cell can be read back. */
const risky = /^[=+\-@'\t\r\n＝＋－＠]/;

/** The text of a cell that no spreadsheet runs as a formula: a risky one gets one leading `'`, which an import takes off again. */
export const csvCell = (text: string | null): string => (text === null ? '' : risky.test(text) ? `'${text}` : text);
