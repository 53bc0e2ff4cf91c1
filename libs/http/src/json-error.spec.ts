import * as fc from 'fast-check';
import { findJsonError } from './json-error.js';

test.each([
  ['', 1, 1],
  ['{', 1, 2],
  ['{"a":x}', 1, 6],
  ['{"a":1,}', 1, 8],
  ['{"a" 1}', 1, 6],
  ['{a:1}', 1, 2],
  ['[1,2', 1, 5],
  ['[1,]', 1, 4],
  ['[,1]', 1, 2],
  ['01', 1, 2],
  ['1.', 1, 2],
  ['{}x', 1, 3],
  ['{"a":1}}', 1, 8],
  ['["a', 1, 4],
  ['["a\\x"]', 1, 4],
  ['{\n  "a": "b\nc"\n}', 2, 10],
  ['{\r\n  "\u{1f600}": tru\r\n}', 2, 8],
  ["{'a':1}", 1, 2],
])('HTTP-7: %j is not valid JSON at line %d, column %d', (text, line, column) =>
  expect(findJsonError(text)).toEqual({ line, column }),
);

test('HTTP-7: also if it is deeply nested', () => {
  expect(findJsonError('['.repeat(200_000))).toEqual({ line: 1, column: 200_001 });
  expect(findJsonError('{"a":'.repeat(50_000))).toEqual({ line: 1, column: 250_001 });
});

/** Returns the message of `JSON.parse`, which may contain a position. */
function parsed(text: string): { error?: string } {
  try {
    JSON.parse(text);
    return {};
  } catch (error) {
    return { error: (error as Error).message };
  }
}

const tokens = fc.constantFrom(
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"a"',
  '"',
  '\\',
  'true',
  'nul',
  'null',
  '0',
  '1',
  '-',
  '.5',
  'e3',
  ' ',
  '\n',
  '\u00e9',
  '\0',
  '"\\u12"',
  '\t',
  '\u2028',
);

test('HTTP-7: there is a position exactly if JSON.parse refuses the text, and it is the one of JSON.parse if that names one', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(tokens, { maxLength: 12 }).map((some) => some.join('')),
        fc
          .json()
          .chain((text) =>
            fc.tuple(fc.nat(text.length), tokens).map(([at, token]) => text.slice(0, at) + token + text.slice(at + 1)),
          ),
        fc.json(),
      ),
      (text) => {
        const { error } = parsed(text);
        const place = findJsonError(text);
        expect(place === undefined).toBe(error === undefined);
        const position = /(?:Expected|Unexpected non-whitespace|Bad control).* at position (\d+)/.exec(
          error ?? '',
        )?.[1];
        if (position === undefined) return;
        const lines = text.slice(0, Number(position)).split('\n');
        expect(place).toEqual({ line: lines.length, column: [...lines.at(-1)!].length + 1 });
      },
    ),
    { numRuns: 3_000 },
  );
});
