import { canonicalPassword, guessableWordsOf, findWeaknesses } from './password.js';

test('PASSWORD-1: a password has 12 to 128 characters, as people count them', () => {
  expect(findWeaknesses('elevenchars')).toEqual(['too-short']);
  expect(findWeaknesses('twelve chars')).toEqual([]);
  expect(findWeaknesses('x'.repeat(128))).toEqual([]);
  expect(findWeaknesses('x'.repeat(129))).toEqual(['too-long']);
  expect(findWeaknesses('\u{1f511}'.repeat(11))).toEqual(['too-short']);
  expect(findWeaknesses('\u{1f511}'.repeat(128))).toEqual([]);
  // Two code points that NFC makes one.
  expect(findWeaknesses('u\u0308'.repeat(11))).toEqual(['too-short']);
});

test('PASSWORD-1: a password needs no classes of characters', () => {
  for (const password of ['only small letters', '830274610257', '月亮代表我的心月亮代表我', 'дом собака лес'])
    expect(findWeaknesses(password)).toEqual([]);
});

test.each(['\u0000', '\t', '\n', '\u007f', '\u0085', '\ud800', '\udc00'])(
  'PASSWORD-1: a password has no %j',
  (character) => {
    expect(findWeaknesses(`twelve chars${character}`)).toEqual(['unusable-characters']);
  },
);

test('PASSWORD-4: what keyboards type differently is one password', () => {
  expect(canonicalPassword('a\u00a0u\u0308\u3000')).toBe('a \u00fc ');
});

test('PASSWORD-2: the words of a user are names in both orders, the address with its parts, and the account', () => {
  const words = guessableWordsOf({
    firstName: 'Zoë',
    lastName: 'van Dijk',
    email: 'Z.Dijk@users.example.com',
    accountName: 'North-Wind',
  });
  expect(words).toEqual(
    expect.arrayContaining([
      'zoë',
      'van dijk',
      'dijk',
      'zoë van dijk',
      'van dijk zoë',
      'zoëvandijk',
      'z.dijk@users.example.com',
      'z.dijk',
      'zdijk',
      'users.example.com',
      'example',
      'north-wind',
      'wind',
      'northwind',
    ]),
  );
  expect(words).not.toContain('z');
});

test('PASSWORD-2: the words of a user are known without their accents, too, and with the letters that take their place', () => {
  const words = guessableWordsOf({
    firstName: 'Thị Hoa',
    lastName: 'Nguyễn',
    email: 'đặng@łódź.example',
    accountName: 'Müller Öl',
  });
  expect(words).toEqual(
    expect.arrayContaining([
      'nguyễn',
      'nguyen',
      'nguyenthihoa',
      'thi hoa',
      'dang',
      'lodz',
      'muller',
      'mueller',
      'mullerol',
      'muelleroel',
    ]),
  );
});
