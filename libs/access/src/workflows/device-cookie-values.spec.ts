import { createHmac } from 'node:crypto';
import { DeviceCookieValues } from './device-cookie-values.js';

const devicesOf = (key: string) =>
  new DeviceCookieValues({
    hmac: (purpose, text) => createHmac('sha256', key).update(`${purpose}\0${text}`).digest('hex'),
  });
const devices = devicesOf('one');

test('LOGIN-7: a browser is known for each user who has logged in on it, under an id of its own', () => {
  const cookie = devices.addUser(devices.addUser(undefined, 'ann'), 'bob');
  const device = devices.parse(cookie);
  expect([device.idFor('ann'), device.idFor('bob')]).toEqual([
    expect.stringMatching(/^[\w-]{22}$/),
    expect.stringMatching(/^[\w-]{22}$/),
  ]);
  expect(device.idFor('ann')).not.toBe(device.idFor('bob'));
  expect(device.idFor('eve')).toBeUndefined();
  expect(cookie).not.toMatch(/ann|bob/);
});

test('LOGIN-7: the id stays when the user logs in again, so that the checks on it are counted on', () => {
  const first = devices.addUser(undefined, 'ann');
  const again = devices.addUser(devices.addUser(first, 'bob'), 'ann');
  expect(devices.parse(again).idFor('ann')).toBe(devices.parse(first).idFor('ann'));
  expect(again.split('~')).toHaveLength(2);
  expect(again.startsWith(first)).toBe(true);
});

test('LOGIN-7: a browser is remembered for the five users who logged in last', () => {
  const users = ['a', 'b', 'c', 'd', 'e', 'f'];
  const cookie = users.reduce<string | undefined>((before, user) => devices.addUser(before, user), undefined);
  const device = devices.parse(cookie);
  expect(users.map((user) => device.idFor(user) !== undefined)).toEqual([false, true, true, true, true, true]);
});

const own = devices.addUser(undefined, 'ann');
test.each([
  ['no cookie', undefined],
  ['an empty cookie', ''],
  ['one of another installation', devicesOf('two').addUser(undefined, 'ann')],
  ['one with another id', own.replace(/^./, (letter) => (letter === 'A' ? 'B' : 'A'))],
  ['one that was cut short', own.slice(0, -1)],
  ['one in seventh place', [...Array.from({ length: 6 }, () => devices.addUser(undefined, 'bob')), own].join('~')],
  ['what is no cookie of ours', `${'é'.repeat(22)}.${'x'.repeat(43)}`],
])('LOGIN-7: a browser is not known by %s', (_, cookie) => expect(devices.parse(cookie).idFor('ann')).toBeUndefined());
