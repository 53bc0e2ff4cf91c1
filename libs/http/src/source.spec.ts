import { addressOf, normalizeAddress, sourceOf } from './source.js';

describe('an address in one form', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    [' 192.0.2.7 ', '192.0.2.7'],
    ['192.0.2.7:5678', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:c000:207', '192.0.2.7'],
    ['[::ffff:192.0.2.7]:443', '192.0.2.7'],
    ['64:ff9b::192.0.2.7', '192.0.2.7'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['"[2001:db8::1]:443"', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['[fe80::1%eth0]:443', 'fe80::1'],
    ['::1', '::1'],
  ])('OPS-9: %s is %s', (text, address) => {
    expect(normalizeAddress(text)).toBe(address);
    expect(normalizeAddress(address)).toBe(address);
  });

  it.each([
    '',
    ' ',
    'unknown',
    '_hidden',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '0x7f.0.0.1',
    '010.0.0.1',
    '1.2.3.4:',
    '1.2.3.4:x',
    '[1.2.3.4',
    '2001:db8::1::2',
    '[2001:db8::1]x',
    '1.2.3.4/8',
    'localhost:80',
  ])('OPS-9: %j is not an address', (text) => expect(normalizeAddress(text)).toBeUndefined());
});

describe('the source of a request', () => {
  it.each([
    ['192.0.2.7:1', '192.0.2.7:2'],
    ['192.0.2.7', '::ffff:192.0.2.7'],
    ['2001:db8::1', '2001:db8::ffff:ffff:ffff:ffff'],
    ['[2001:db8:0:0:1::]:1', '2001:db8::2'],
    ['fe80::1%eth0', 'fe80::1%eth1'],
  ])('LOGIN-11: %s is the source of %s', (one, other) => expect(sourceOf({ ip: one })).toBe(sourceOf({ ip: other })));

  it.each([
    ['192.0.2.7', '192.0.2.8'],
    ['2001:db8::1', '2001:db8:0:1::1'],
    ['64:ff9b::192.0.2.7', '64:ff9b::192.0.2.8'],
  ])('LOGIN-11: %s is another source than %s', (one, other) =>
    expect(sourceOf({ ip: one })).not.toBe(sourceOf({ ip: other })),
  );

  it('OPS-9: is the last trusted proxy if that passed on no address', () => {
    expect(addressOf({ ip: 'unknown', ips: ['10.0.0.1', '10.0.0.2:80', 'unknown'] })).toBe('10.0.0.2');
    expect(sourceOf({ ip: 'unknown', ips: ['10.0.0.1', 'unknown'] })).toBe('10.0.0.1');
  });

  it('LOGIN-11: is the same for all requests without an address', () => {
    expect(sourceOf({ ip: undefined as never })).toBe('unknown');
    expect(addressOf({ ip: undefined as never })).toBeUndefined();
  });
});
