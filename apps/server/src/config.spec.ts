import { readConfig, settingNames } from './config.js';

test('OPS-17: an empty setting is its default', () => {
  for (const nothing of ['', ' '])
    expect(readConfig(Object.fromEntries(settingNames.map((name) => [name, nothing])))).toEqual(readConfig({}));
});

test.each([
  ['smtp://mail.example.com', true],
  ['smtp://user:password@mail.example.com:587', true],
  ['smtps://mail.example.com', true],
  ['smtp://10.0.0.1', true],
  ['smtp://127.0.0.1.example.com', true],
  ['smtp://localhost.example.com', true],
  ['smtp://localhost', false],
  ['smtp://LOCALHOST:25', false],
  ['smtp://127.0.0.1:25', false],
  ['smtp://user:password@127.1.2.3', false],
  ['smtp://[::1]:25', false],
])('MAIL-11: TLS is needed where others could listen in: %s', (SMTP_URL, needed) => {
  expect(readConfig({ SMTP_URL }).smtpNeedsTls).toBe(needed);
  expect(readConfig({ SMTP_URL, SMTP_TLS: 'required' }).smtpNeedsTls).toBe(needed);
  expect(readConfig({ SMTP_URL, SMTP_TLS: 'optional' }).smtpNeedsTls).toBe(false);
});
