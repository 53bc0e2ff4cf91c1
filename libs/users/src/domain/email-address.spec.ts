import * as fc from 'fast-check';
import { Refusal } from '#libs/kernel';
import { toCanonicalAddress, domainOf } from './email-address.js';

const same = (...addresses: string[]) => expect(new Set(addresses.map(toCanonicalAddress)).size).toBe(1);
const different = (...addresses: string[]) =>
  expect(new Set(addresses.map(toCanonicalAddress)).size).toBe(addresses.length);

describe('two addresses are the same', () => {
  it('ADDRESS-1: in upper and lower case', () => same('anna@example.com', 'ANNA@EXAMPLE.COM', 'Anna@Example.Com'));
  it('ADDRESS-1: in the case of any script', () => same('ŁUCJA@example.com', 'łucja@example.com'));
  it('ADDRESS-1: where letters share their upper case', () => {
    same('GROSS@example.com', 'groß@example.com', 'GROẞ@example.com');
    same('ΝΙΚΟΣ@example.com', 'νικος@example.com', 'νικοσ@example.com');
  });
  it('ADDRESS-1: composed or decomposed (NFKC)', () =>
    same('jos\u00e9@example.com', 'jose\u0301@example.com', 'JOSE\u0301@example.com'));
  it('ADDRESS-1: in compatible letters (NFKC)', () =>
    same('anna@example.com', 'ａｎｎａ@example.com', 'anna@ｅｘａｍｐｌｅ.com'));
  it('ADDRESS-1: with the domain in letters or in IDNA ASCII', () =>
    same('anna@bücher.example', 'anna@xn--bcher-kva.example', 'anna@BÜCHER.example'));
  it('ADDRESS-1: with the dot of the root', () => same('anna@example.com', 'anna@example.com.'));
});

describe('two addresses differ', () => {
  it('ADDRESS-1: by a dot, a tag or an accent before the @', () =>
    different('anna@example.com', 'an.na@example.com', 'anna+a@example.com', 'ánna@example.com'));
  it('ADDRESS-1: by their domain', () => different('anna@example.com', 'anna@example.org', 'anna@mail.example.com'));
});

describe('the domain of an address', () => {
  it('ADDRESS-1: is what follows the last @, in canonical form', () => {
    expect(domainOf('anna@EXAMPLE.com')).toBe('example.com');
    expect(domainOf('"anna@home"@bücher.example')).toBe('xn--bcher-kva.example');
  });
});

describe('what is no address is refused', () => {
  it.each(['anna', '@example.com', ''])('%j', (text) => expect(() => toCanonicalAddress(text)).toThrow(Refusal));
  it.each(['anna@', 'anna@localhost', 'anna@example..com', 'anna@127.0.0.1', 'anna@example.com/x'])('%j', (text) => {
    expect(() => toCanonicalAddress(text)).toThrow(
      expect.objectContaining({ code: 'domain.invalid', kind: 'invalid' }),
    );
  });
});

const local = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });

it('ADDRESS-1: whatever somebody types, its case and normal form make no difference', () => {
  fc.assert(
    fc.property(local, (name) => {
      const canonical = toCanonicalAddress(`${name}@example.com`);
      for (const typed of [name.toUpperCase(), name.toLowerCase(), name.normalize('NFD'), name.normalize('NFKC')]) {
        expect(toCanonicalAddress(`${typed}@Example.COM`)).toBe(canonical);
      }
      expect(toCanonicalAddress(canonical)).toBe(canonical);
    }),
    { numRuns: 300 },
  );
});
