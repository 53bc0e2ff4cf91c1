import * as fc from 'fast-check';
import { OpenAccount } from '#libs/accounts';
import { validated } from '#libs/http';
import { AddUser, ChangeUser, LockUser } from '#libs/users';

const anna = { email: 'anna@example.com', firstName: 'Anna', lastName: 'Berg', country: 'DE' };

/** The name as it is taken; undefined where it is refused. */
function taken(name: string): string | undefined {
  try {
    return validated(AddUser, { ...anna, firstName: name }).firstName;
  } catch {
    return undefined;
  }
}

test.each([
  ['  Ada ', 'Ada'],
  ['Ada   Maria', 'Ada Maria'],
  ['\u3000\u738b\u3000\u3000\u4f1f\u00a0', '\u738b \u4f1f'],
  ['Ada\u2003\u00a0 Maria', 'Ada Maria'],
  ['Ada\u2028Maria', 'Ada Maria'],
  ['\ufeffAda\n', 'Ada'],
  ["O'Neill-M\u00fcller", "O'Neill-M\u00fcller"],
  ['\u0915\u094d\u200d\u0937', '\u0915\u094d\u200d\u0937'],
  ['\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645', '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645'],
  ['\u{1f468}\u200d\u{1f469}\u200d\u{1f467}', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'],
  ['3', '3'],
  ['.', '.'],
])('NAME-1: the name %j is taken as %j', (typed, name) => expect(taken(typed)).toBe(name));

test.each([
  '',
  ' ',
  '\u00a0',
  '\u3000',
  '\u200b',
  '\u200b\u200d\u2060',
  '\u00ad',
  '\ufeff',
  '\u180e',
  '\u0301',
  '\u0301 \u200b',
  '\u3164',
  '\u115f\u1160',
  '\uffa0',
  '\u2800',
  '\ufe0f',
  '\u{e0001}\u{e0020}',
  '\u{e0100}',
  '\u200e\u200f',
  'An\ufffdna',
  '\ufffd',
  'An\ud800na',
  'An\0na',
  'An\nna',
  'An\tna',
  'An\u202ena',
  'An\uffffna',
  'An\u{1ffff}na',
])('NAME-1: the name %j is refused', (name) => expect(taken(name)).toBeUndefined());

test('NAME-1: what is taken shows something, and is taken as it is the next time', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 6 }), (typed) => {
      const name = taken(typed);
      if (name === undefined) return;
      expect(name).toMatch(/[^\p{White_Space}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\p{M}]/u);
      expect(name).not.toMatch(/^\s|\s$|\s\s|\ufffd/u);
      expect(taken(name)).toBe(name);
    }),
    { numRuns: 2_000 },
  );
});

test('NAME-1: names of accounts, reasons and changed names are tidied and checked alike', () => {
  const opening = { name: '  Acme   Ltd ', domains: [], administrator: { ...anna, lastName: ' Berg' } };
  expect(validated(OpenAccount, opening)).toMatchObject({ name: 'Acme Ltd', administrator: { lastName: 'Berg' } });
  expect(validated(LockUser, { reason: ' lost   phone ' })).toMatchObject({ reason: 'lost phone' });
  expect(validated(ChangeUser, { lastName: 'de  la Cruz' })).toMatchObject({ lastName: 'de la Cruz' });
  for (const name of ['\u200b', 'a\ufffdb']) {
    expect(() => validated(OpenAccount, { ...opening, name })).toThrow();
    expect(() => validated(LockUser, { reason: name })).toThrow();
    expect(() => validated(ChangeUser, { lastName: name })).toThrow();
  }
});

test('NAME-1: a name may be as long as before once it is tidied', () => {
  expect(taken(`  ${'a'.repeat(100)}  `)).toBe('a'.repeat(100));
  expect(taken('a'.repeat(101))).toBeUndefined();
});
