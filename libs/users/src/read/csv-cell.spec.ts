import * as fc from 'fast-check';
import { toCsvCell } from './csv-cell.js';

/** What an import reads: exactly one leading `'` is taken off. */
const imported = (cell: string) => (cell.startsWith("'") ? cell.slice(1) : cell);

test('EXPORT-3: a cell reads back as the text that it was made of, whatever that is', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom(...'=\'+-@\t\r\n＝＋－＠ a;"') }),
  );
  fc.assert(fc.property(texts, (text) => expect(imported(toCsvCell(text))).toBe(text)));
});

test.each(['=1+1', '+1', '-1', '@sum', '\t=1', '\r=1', '\n=1', "'=1", '＝1', '＋1', '－1', '＠sum'])(
  'EXPORT-3: %j gets one apostrophe at its front',
  (text) => {
    expect(toCsvCell(text)).toBe(`'${text}`);
  },
);

test.each(['', 'a=b', ' ', 'O’Neil', "o'neil", 'a;=1+1'])('EXPORT-3: %j stays as it is', (text) => {
  expect(toCsvCell(text)).toBe(text);
});
