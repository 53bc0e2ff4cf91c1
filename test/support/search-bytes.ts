import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Returns the encodings in which a text may occur: plain, escaped in JSON, in a URL, hexadecimal, UTF-16, base64 at any offset. */
function encodingsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  const base64 = [0, 1, 2].flatMap((offset) => {
    const shifted = Buffer.concat([Buffer.alloc(offset), bytes]);
    // Leaves out the digits that also depend on the neighbouring bytes.
    const inner = (encoded: string) => encoded.slice(Math.ceil((offset * 8) / 6), Math.floor((shifted.length * 8) / 6));
    return [inner(shifted.toString('base64')), inner(shifted.toString('base64url'))];
  });
  const escaped = [...text]
    .map((letter) => (letter > '~' ? `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}` : letter))
    .join('');
  const utf16 = Buffer.from(text, 'utf16le').toString('latin1');
  return [
    ...new Set([
      text,
      escaped,
      encodeURIComponent(text),
      bytes.toString('hex'),
      bytes.toString('hex').toUpperCase(),
      utf16,
      ...base64,
    ]),
  ];
}

/** Returns those of the texts that occur in the bytes, in any encoding and case. */
export function findTexts(texts: readonly string[], bytes: Buffer): string[] {
  const forms = bytes.toString('latin1');
  const folded = forms.toLowerCase();
  const latin1 = (text: string) => Buffer.from(text).toString('latin1');
  return texts.filter(
    (text) =>
      encodingsOf(text).some((form) => forms.includes(latin1(form))) || folded.includes(latin1(text.toLowerCase())),
  );
}

/** Returns all files below a directory. */
export const filesIn = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));

/** Returns the concatenated bytes of these files. */
export const bytesOf = (files: readonly string[]): Buffer => Buffer.concat(files.map((file) => readFileSync(file)));
