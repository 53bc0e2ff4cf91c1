import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadEnvironmentFile } from './environment-file.js';

const directory = mkdtempSync(join(tmpdir(), 'environment-'));
const file = join(directory, '.env');
afterAll(() => rmSync(directory, { recursive: true }));

function load(
  content: string | Buffer,
  environment: NodeJS.ProcessEnv = {},
): { environment: NodeJS.ProcessEnv; warnings: string[] } {
  writeFileSync(file, content);
  return { warnings: loadEnvironmentFile(file, environment), environment };
}

const text = 'PORT=4000\nMAIL_FROM="Zoë <zoe@example.com>"\n';
const utf16be = (content: string) => Buffer.from(content, 'utf16le').swap16();

test.each([
  ['UTF-8', text],
  ['UTF-8 with a byte order mark', `\ufeff${text}`],
  ['UTF-16 with a byte order mark', Buffer.from(`\ufeff${text}`, 'utf16le')],
  ['UTF-16, big-endian, with a byte order mark', utf16be(`\ufeff${text}`)],
  ['UTF-8 with line ends of Windows', text.replaceAll('\n', '\r\n')],
])('OPS-17: a file in %s is read', (_, content) => {
  expect(load(content)).toEqual({ environment: { PORT: '4000', MAIL_FROM: 'Zoë <zoe@example.com>' }, warnings: [] });
});

test.each([
  ['UTF-16 without a byte order mark', Buffer.from(text, 'utf16le')],
  ['Latin-1', Buffer.from(text, 'latin1')],
  ['half a character of UTF-16', Buffer.from([0xff, 0xfe, 0x41])],
])('OPS-17: a file in %s is refused', (_, content) => {
  const environment = {};
  expect(() => load(content, environment)).toThrow(`${file} is not text in UTF-8: save it again as that.`);
  expect(environment).toEqual({});
});

test('OPS-17: the environment comes before the file, also with nothing in it', () => {
  expect(load(text, { PORT: '5000', MAIL_FROM: '' }).environment).toEqual({ PORT: '5000', MAIL_FROM: '' });
});

test('OPS-17: names that are no settings are warned of, with the nearest one, and without their values', () => {
  expect(load('PROT=1\nport=2\nSMTP_ULR=secret\nPOSTGRES_PASSWORD=secret\nDATA_DIR=x\n').warnings).toEqual([
    `${file} has POSTGRES_PASSWORD, which is no setting.`,
    `${file} has PROT, which is no setting: did you mean PORT?`,
    `${file} has SMTP_ULR, which is no setting: did you mean SMTP_URL?`,
    `${file} has port, which is no setting: did you mean PORT?`,
  ]);
});

test('OPS-17: an empty file or none says nothing', () => {
  expect(load('')).toEqual({ environment: {}, warnings: [] });
  expect(loadEnvironmentFile(join(directory, 'none'), {})).toEqual([]);
});
