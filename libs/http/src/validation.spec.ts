import { AssertDomain, CloseAccount, OpenAccount } from '#libs/accounts';
import { Refusal } from '#libs/kernel';
import { AddUser, ChangeUser, DeleteUser, GrantRole, LockUser, RegisterUser } from '#libs/users';
import { validated, type FieldError } from './validation.js';

const anna = { email: 'anna@example.com', firstName: 'Anna', lastName: 'Berg', country: 'DE' };
const acme = {
  name: 'Acme',
  contracts: [{ country: 'DE', recurringRevenue: 1200.5 }],
  domains: ['example.com'],
  administrator: anna,
};

/** Returns the fields for which a body is refused, each once. */
function refused(type: new (fields: never) => object, body: unknown): string[] {
  try {
    validated(type as never, body);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    expect(error).toMatchObject({ code: 'request.invalid', kind: 'invalid', actions: [] });
    const errors = error.members['errors'] as FieldError[];
    for (const { message } of errors) expect(message).toMatch(/\S/);
    return [...new Set(errors.map(({ field }) => field))];
  }
  return [];
}

/** Parses a body as it arrives, with own properties that an object literal can't have. */
const json = (text: string): unknown => JSON.parse(text);
const fields = (instance: object) => Object.fromEntries(Object.entries(instance));
const without = (field: string, body: object) =>
  Object.fromEntries(Object.entries(body).filter(([name]) => name !== field));

describe('a good body becomes the command', () => {
  it.each([
    ['as it is', anna],
    ['with everything', { ...anna, language: 'pl', entitlementCountry: 'ES' }],
    ['with letters of any script', { ...anna, firstName: 'Łucja', lastName: "O'Neill-Müller 李 🙂" }],
    ['with an address in Unicode', { ...anna, email: 'josé@bücher.example' }],
    ['with names as long as they may be', { ...anna, firstName: 'a'.repeat(100), lastName: 'b' }],
  ])('%s', (_, body) => {
    const command = validated(AddUser, body);
    expect(command).toBeInstanceOf(AddUser);
    expect(fields(command)).toEqual(body);
  });

  it('and so does an empty body if no field is required', () => {
    for (const type of [LockUser, DeleteUser, ChangeUser, CloseAccount, AssertDomain])
      expect(fields(validated<object>(type, {}))).toEqual({});
  });

  it('with its nested objects', () => {
    const command = validated(OpenAccount, acme);
    expect(command).toEqual(new OpenAccount(acme));
    expect(fields(validated(OpenAccount, without('contracts', acme)))).toEqual(without('contracts', acme));
    expect(validated(OpenAccount, { ...acme, domains: [], contracts: [] })).toMatchObject({
      domains: [],
      contracts: [],
    });
  });

  it('with null only for fields that null clears', () => {
    expect(validated(ChangeUser, { entitlementCountry: null })).toMatchObject({ entitlementCountry: null });
  });
});

describe('a body that is not an object is refused as a whole', () => {
  it.each([[null], [undefined], [[]], [[anna]], ['text'], [''], [1], [true]])('%j', (body) =>
    expect(refused(AddUser, body)).toEqual(['']),
  );
});

it('a body that is nested too deep is refused', () => {
  const depth = 50_000;
  expect(refused(AddUser, { ...anna, firstName: json('['.repeat(depth) + ']'.repeat(depth)) })).toEqual(['firstName']);
  expect(refused(AddUser, { ...anna, extra: json('{"a":'.repeat(depth) + '1' + '}'.repeat(depth)) })).toEqual([
    'extra',
  ]);
});

describe('an unknown field is refused by name', () => {
  it.each(['role', 'Email', 'account', 'status', 'context', 'actor', '', ' email'])('HTTP-5: %j', (field) => {
    expect(refused(AddUser, { ...anna, [field]: 'x' })).toEqual([field]);
  });
  it('HTTP-5: also if a command has no fields', () => {
    expect(refused(CloseAccount, { reason: 'x' })).toEqual(['reason']);
    expect(refused(AssertDomain, { by: 'confirmation' })).toEqual(['by']);
  });
  it('HTTP-5: also one of another command', () =>
    expect(refused(RegisterUser, { ...anna, entitlementCountry: 'DE' })).toEqual(['entitlementCountry']));
  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'])(
    'HTTP-5: even %j, which every object has',
    (field) => {
      expect(refused(AddUser, json(JSON.stringify(anna).replace('{', `{"${field}":"x",`)))).toEqual([field]);
      const administrator = json(JSON.stringify(anna).replace('{', `{"${field}":{},`));
      expect(refused(OpenAccount, { ...acme, administrator })).toEqual([`administrator.${field}`]);
    },
  );
  it('and no prototype is changed', () => {
    try {
      validated(AddUser, json(`{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}`));
    } catch {
      // It is refused at least because fields are missing.
    }
    expect({}).not.toHaveProperty('polluted');
    expect(AddUser.prototype).not.toHaveProperty('polluted');
  });
});

describe('a field is refused', () => {
  const text = ['firstName', 'lastName'];
  it.each(['email', 'firstName', 'lastName', 'country'])(
    'HTTP-5: %s, when it is missing, null or of another type',
    (field) => {
      for (const body of [
        without(field, anna),
        ...[null, 1, true, {}, [], ['x'], [anna[field as 'email']]].map((value) => ({ ...anna, [field]: value })),
      ]) {
        expect(refused(AddUser, body)).toEqual([field]);
      }
    },
  );
  it.each(['language', 'entitlementCountry'])('HTTP-5: %s, when it is null, blank or of another type', (field) => {
    for (const value of [null, '', ' ', 1, false, {}, [], ['de']])
      expect(refused(AddUser, { ...anna, [field]: value })).toEqual([field]);
  });
  it.each(text)('HTTP-5: %s, when it is over-long', (field) => {
    expect(refused(AddUser, { ...anna, [field]: 'a'.repeat(101) })).toEqual([field]);
    expect(refused(AddUser, { ...anna, [field]: `a${'\ufe0f'.repeat(1000)}` })).toEqual([field]);
  });
  it.each(text)('NAME-1: %s, when it is blank', (field) => {
    for (const value of ['', ' ', '\u00a0', '\u3000'])
      expect(refused(AddUser, { ...anna, [field]: value })).toEqual([field]);
  });
  it.each(text)('NAME-1: %s, when it holds a control character', (field) => {
    for (const control of ['\u0000', '\t', '\n', '\r', '\u001b', '\u007f', '\u0085']) {
      expect(refused(AddUser, { ...anna, [field]: `An${control}na` })).toEqual([field]);
    }
  });
  it.each(text)('NAME-1: %s, when it holds half a character', (field) => {
    for (const half of ['\ud83d', '\ude42', '\ude42\ud83d'])
      expect(refused(AddUser, { ...anna, [field]: `A${half}` })).toEqual([field]);
  });
  it.each([
    'anna',
    'anna@',
    '@example.com',
    'anna@localhost',
    'an na@example.com',
    'Anna <anna@example.com>',
    'anna@example.com, ben@example.com',
    'anna@example.com\n',
    '"an\u0001na"@example.com',
    '"an\nna"@example.com',
    'an\ud83dna@example.com',
    `${'a'.repeat(65)}@example.com`,
    `anna@${'a.'.repeat(130)}com`,
  ])('ADDRESS-4: email, when it is %j', (email) => {
    expect(refused(AddUser, { ...anna, email })).toEqual(['email']);
    expect(refused(RegisterUser, { ...anna, email })).toEqual(['email']);
    expect(refused(OpenAccount, { ...acme, administrator: { ...anna, email } })).toEqual(['administrator.email']);
  });
  it.each(['de', 'De', 'DEU', 'ZZ', 'UK', 'D', '', 'DE ', 'Germany', '276'])(
    'NAME-2: country, when it is %j',
    (country) => {
      expect(refused(AddUser, { ...anna, country })).toEqual(['country']);
      expect(refused(AddUser, { ...anna, entitlementCountry: country })).toEqual(['entitlementCountry']);
      expect(refused(ChangeUser, { country })).toEqual(['country']);
    },
  );
  it('HTTP-5: language, when Rollbook does not support it', () => {
    for (const language of ['fr', 'DE', 'de-DE', 'toString'])
      expect(refused(AddUser, { ...anna, language })).toEqual(['language']);
  });
  it('LIFE-15: reason, when it is blank, null or longer than 500', () => {
    for (const reason of ['', ' ', null, 1, 'a\nb', 'a'.repeat(501)])
      expect(refused(LockUser, { reason })).toEqual(['reason']);
    expect(refused(LockUser, { reason: 'a'.repeat(500) })).toEqual([]);
  });
  it('HTTP-5: dryRun and keepRoles, when they only look like booleans', () => {
    for (const value of ['true', 1, 0, null, '', []]) {
      expect(refused(LockUser, { dryRun: value })).toEqual(['dryRun']);
      expect(refused(DeleteUser, { keepRoles: value })).toEqual(['keepRoles']);
    }
  });
  it('HTTP-5: role, when there is no such role', () => {
    for (const role of ['operator', 'Administrator', '', null, ['auditor'], undefined])
      expect(refused(GrantRole, { role })).toEqual(['role']);
  });
  it('in a change, null for a field that null does not clear', () => {
    for (const field of ['firstName', 'lastName', 'country', 'language'])
      expect(refused(ChangeUser, { [field]: null })).toEqual([field]);
  });
  it('HTTP-5: together with every other wrong field', () => {
    expect(refused(AddUser, { email: 'x', firstName: '', country: 'de', role: 'auditor' }).sort()).toEqual([
      'country',
      'email',
      'firstName',
      'lastName',
      'role',
    ]);
  });
});

describe('inside a nested object, a field is refused by its path', () => {
  it.each([
    ['administrator.country', { administrator: { ...anna, country: 'de' } }],
    ['administrator.lastName', { administrator: without('lastName', anna) }],
    ['administrator.roles', { administrator: { ...anna, roles: ['auditor'] } }],
    ['contracts.0.country', { contracts: [{ country: 'xx', recurringRevenue: 1 }] }],
    ['contracts.1.recurringRevenue', { contracts: [acme.contracts[0], { country: 'PL', recurringRevenue: -1 }] }],
    ['contracts.0.recurringRevenue', { contracts: [{ country: 'PL', recurringRevenue: '1' }] }],
    [
      'contracts.0.recurringRevenue',
      json('{ "contracts": [{ "country": "PL", "recurringRevenue": 1e999 }] }') as object,
    ],
    ['contracts.0.currency', { contracts: [{ country: 'PL', recurringRevenue: 1, currency: 'EUR' }] }],
  ])('HTTP-5: %s', (field, change) => expect(refused(OpenAccount, { ...acme, ...change })).toEqual([field]));

  it('the administrator, when it is missing or not an object', () => {
    expect(refused(OpenAccount, without('administrator', acme))).toEqual(['administrator']);
    for (const administrator of [null, 'anna', 1, [], [anna]])
      expect(refused(OpenAccount, { ...acme, administrator })).toContain('administrator');
  });
  it('contracts, when they are not a list of objects', () => {
    for (const contracts of [
      null,
      'x',
      {},
      acme.contracts[0],
      [null],
      ['x'],
      [[]],
      [acme.contracts],
      Array(251).fill(acme.contracts[0]),
    ]) {
      expect(refused(OpenAccount, { ...acme, contracts }).map((field) => field.split('.')[0])).toContain('contracts');
    }
  });
  it('domains, when they are not a list of different texts', () => {
    for (const domains of [
      undefined,
      null,
      'example.com',
      {},
      [null],
      [1],
      [['example.com']],
      ['a.com', 'a.com'],
      ['a'.repeat(254)],
    ]) {
      expect(refused(OpenAccount, { ...acme, domains })).toEqual(['domains']);
    }
  });
});
