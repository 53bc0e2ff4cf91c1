import { createHmac, randomUUID } from 'node:crypto';
import { passwordLink, readPasswordLink } from './password-link.js';

const vaultOf = (key: string) => ({
  hmac: (purpose: string, text: string) => createHmac('sha256', key).update(`${purpose}\0${text}`).digest('hex'),
});
const vault = vaultOf('one');
const terms = { userId: randomUUID(), request: randomUUID() };
const link = passwordLink(vault, terms);

it('says whose password it sets and why, and is the same whenever it is made', () => {
  expect(readPasswordLink(vault, link)).toEqual(terms);
  expect(passwordLink(vault, terms)).toBe(link);
});

it.each([
  ['of another user', link.replace(terms.userId, randomUUID())],
  ['of another request', link.replace(terms.request, randomUUID())],
  ['of another vault', passwordLink(vaultOf('two'), terms)],
  ['with another seal', link.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'))],
  ['cut short', link.slice(0, -1)],
  ['that is none', 'x'],
  ['that is empty', ''],
])('PASSWORD-6: reads no link %s', (_, other) => expect(readPasswordLink(vault, other)).toBeUndefined());
