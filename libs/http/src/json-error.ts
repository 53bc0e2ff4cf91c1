/** A position in a text; lines and columns count from 1, columns in characters. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

const space = /[ \t\n\r]*/y;
const scalar = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/y;
const openString = /"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y;

/** Finds the first character that makes a text invalid JSON; the end of the text if it is incomplete. Returns undefined for valid JSON. */
export function findJsonError(text: string): TextPlace | undefined {
  const offset = findErrorOffset(text);
  if (offset === undefined) return undefined;
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: [...lines.at(-1)!].length + 1 };
}

/** Uses no recursion, so that a deeply nested text can not overflow the stack. */
function findErrorOffset(text: string): number | undefined {
  const open: string[] = [];
  let expected: 'value' | 'element or ]' | 'key' | 'key or }' | ':' | 'next' = 'value';
  for (let at = skip(space, text, 0); ; at = skip(space, text, at)) {
    const character = text[at];
    if (expected === 'next' && open.length === 0) return character === undefined ? undefined : at;
    if (expected === ':') {
      if (character !== ':') return at;
      expected = 'value';
    } else if (expected === 'next' && character === ',') {
      expected = open.at(-1) === '}' ? 'key' : 'value';
    } else if ((expected === 'next' || expected.includes(' or ')) && character === open.at(-1)) {
      open.pop();
      expected = 'next';
    } else if (expected === 'next') {
      return at;
    } else if (character === '"') {
      const end = skip(openString, text, at);
      if (text[end] !== '"') return end;
      at = end;
      expected = expected.startsWith('key') ? ':' : 'next';
    } else if (expected.startsWith('key')) {
      return at;
    } else if (character === '{' || character === '[') {
      open.push(character === '{' ? '}' : ']');
      expected = character === '{' ? 'key or }' : 'element or ]';
    } else {
      const end = skip(scalar, text, at);
      if (end === at) return at;
      at = end - 1;
      expected = 'next';
    }
    at++;
  }
}

/** Returns the offset after the match of a sticky pattern at `at`; `at` itself if it does not match. */
function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
