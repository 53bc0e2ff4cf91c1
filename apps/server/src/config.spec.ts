import { readConfig, settingNames } from './config.js';

test('OPS-17: an empty setting is its default', () => {
  for (const nothing of ['', ' '])
    expect(readConfig(Object.fromEntries(settingNames.map((name) => [name, nothing])))).toEqual(readConfig({}));
});

const shared = {
  EVENTSTORE_URL: 'esdb://127.0.0.1:2113',
  DATABASE_URL: 'postgres://127.0.0.1/rollbook',
  STATE_URL: 'postgres://127.0.0.1/rollbook',
  VAULT_KEY: '5'.repeat(64),
  SMTP_URL: 'smtp://127.0.0.1',
};

test.each(['EVENTSTORE_URL', 'DATABASE_URL', 'STATE_URL'] as const)(
  'OPS-25: several workers need %s, one does not',
  (name) => {
    expect(readConfig({ ...shared, WORKERS: '2' }).workers).toBe(2);
    const environment = { ...shared, [name]: '' };
    expect(() => readConfig({ ...environment, WORKERS: '2' })).toThrow(new RegExp(`^WORKERS needs ${name}, too\\.$`));
    expect(readConfig({ ...environment, STATE_URL: '', WORKERS: '1' }).workers).toBe(1);
  },
);

test.each(['0', '65', '-1', '1.5', 'two'])('OPS-25: there are 1 to 64 workers, not %s', (WORKERS) => {
  expect(() => readConfig({ ...shared, WORKERS })).toThrow('WORKERS takes a whole number of processes from 1 to 64.');
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
