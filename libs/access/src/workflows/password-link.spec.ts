import { createHmac, randomUUID } from 'node:crypto';
import { createPasswordLink, verifyPasswordLink } from './password-link.js';

const vaultOf = (key: string) => ({
  hmac: (purpose: string, text: string) => createHmac('sha256', key).update(`${purpose}\0${text}`).digest('hex'),
});
const vault = vaultOf('one');
const terms = { userId: randomUUID(), requestId: randomUUID() };
const link = createPasswordLink(vault, terms);

it('says whose password it sets and why, and is the same whenever it is made', () => {
  expect(verifyPasswordLink(vault, link)).toEqual(terms);
  expect(createPasswordLink(vault, terms)).toBe(link);
});

it.each([
  ['of another user', link.replace(terms.userId, randomUUID())],
  ['of another requestId', link.replace(terms.requestId, randomUUID())],
  ['of another vault', createPasswordLink(vaultOf('two'), terms)],
  ['with another seal', link.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'))],
  ['cut short', link.slice(0, -1)],
  ['that is none', 'x'],
  ['that is empty', ''],
])('PASSWORD-6: reads no link %s', (_, other) => expect(verifyPasswordLink(vault, other)).toBeUndefined());
