import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { domainToASCII } from 'node:url';
import { array, assert, asyncProperty, constantFrom, oneof, string, tuple } from 'fast-check';
import { simpleParser } from 'mailparser';
import { isMailAddress } from '#libs/accounts';
import type { Mail } from '#libs/vault';
import { TestMailServer } from '../../../../test/support/mail-server.js';
import { UndeliverableError } from '../domain/recipient.js';
import type { Message } from './compose.js';
import { fileTransport, smtpTransport, type MailTransport } from './transport.js';

const from = { name: 'Rollbook', address: 'rollbook@sender.example' };

const mail = (): Mail => ({
  id: randomUUID(),
  kind: 'password-link',
  user: '',
  about: '',
  state: 'owed',
  attempts: 0,
  since: 0,
  nextAttemptAt: 0,
  problem: null,
});
const message = (address: string, name = 'Taro Boss'): Message => ({
  to: { name, address },
  subject: 'Hello',
  text: 'Hello',
  html: '<p>Hello</p>',
});

/** Returns the code of the refusal; undefined if the mail was accepted. */
async function deliver(transport: MailTransport, address: string, name?: string): Promise<string | undefined> {
  try {
    await transport.deliver(mail(), message(address, name), new Date());
    return undefined;
  } catch (error) {
    if (error instanceof UndeliverableError) return error.code;
    throw error;
  }
}

/** Returns an address as a server must receive it: the local part unchanged, the domain in ASCII. */
function canonical(address: string): string {
  const at = address.lastIndexOf('@');
  return `${address.slice(0, at)}@${domainToASCII(address.slice(at + 1).toLowerCase())}`;
}

/** Addresses that an older build recorded, and that are refused now. */
const refused = [
  'boss\u3000taro@corp.example',
  '\u3000taro@corp.example',
  'boss\u2003taro@corp.example',
  'boss\u200btaro@corp.example',
  'ta\u00adro@corp.example',
  'taro\ufe0f@corp.example',
  '"boss taro"@corp.example',
  '"taro"@corp.example',
  '"a@evil.example"@corp.example',
  'taro\uff20evil.example@corp.example',
  'taro\uff0cboss@corp.example',
  'boss <taro@corp.example>',
  'boss,taro@corp.example',
  '<taro@corp.example>',
  '@relay.example:taro@corp.example',
  'taro@corp.example,evil@evil.example',
  'taro(boss)@corp.example',
  'taro@[127.0.0.1]',
  'taro%evil.example@corp.example',
  'evil.example!taro@corp.example',
  'taro@evil@corp.example',
  'ta\u2024ro@corp.example',
  '.taro@corp.example',
  'taro..boss@corp.example',
  'taro@corp.example.',
  'taro@corp..example',
  'taro@corp\u00ad.example',
  'taro\u202e@corp.example',
  'taro\ud800@corp.example',
  'taro\r\n@corp.example',
  'undisclosed:taro@corp.example;',
  'taro\u2800@corp.example',
  'taro\u3164@corp.example',
];
const accepted = [
  "o'brien+tag@corp.example",
  'Anna@Corp.Example',
  'jos\u00e9@b\u00fccher.example',
  'taro@xn--bcher-kva.example',
  '\u738b\u4f1f@corp.example',
  'a_b-c=d/e@corp.example',
  'taro@m\u00fcnchen.example',
];

describe('with a mail server', () => {
  let box: TestMailServer;
  let transport: MailTransport;
  beforeAll(async () => {
    box = await TestMailServer.open();
    transport = smtpTransport(box.url, from, { needsTls: false });
  });
  afterAll(async () => {
    transport.close();
    await box.stop();
  });
  beforeEach(() => void box.mails.splice(0));

  test.each(refused)('MAIL-8: nothing is sent for %j', async (address) => {
    expect(isMailAddress(address)).toBe(false);
    expect(await deliver(transport, address)).toBe('address.refused');
    expect(box.mails).toEqual([]);
  });

  test.each(accepted)('MAIL-8: a mail for %j goes exactly there', async (address) => {
    expect(isMailAddress(address)).toBe(true);
    expect(await deliver(transport, address, 'Zo\u00eb, "Boss" <evil@evil.example>')).toBeUndefined();
    expect(box.mails.map(({ recipients }) => recipients.map(canonical))).toEqual([[canonical(address)]]);
    expect([box.mails[0]!.to].flat().flatMap((to) => to!.value.map((each) => canonical(each.address!)))).toEqual([
      canonical(address),
    ]);
  });

  const pieces = constantFrom(
    'taro',
    'boss',
    '@',
    '@',
    '.',
    'corp.example',
    'evil.example',
    '"',
    ',',
    ';',
    ':',
    '<',
    '>',
    '(',
    ')',
    '[',
    ']',
    '\\',
    '%',
    '!',
    '+',
    '-',
    '\u3000',
    '\u00a0',
    '\u2003',
    '\u200b',
    '\u200d',
    '\u00ad',
    '\ufeff',
    '\u202e',
    '\uff20',
    '\uff0c',
    '\uff1c',
    '\uff1e',
    '\uff0e',
    '\u3002',
    '\u2024',
    '\u2025',
    '\ufe6b',
    '\u00b4',
    '\u0301',
    '\u0338',
    '\u3164',
    '\u2800',
    '\u212a',
    '\u00df',
    '\ufb01',
    '\u00e9',
    'e\u0301',
    '\u738b',
    '\uff54',
    '\ue000',
    '\u0378',
    '\ud800',
    '\0',
    '\t',
    '\r\n',
    ' ',
    'xn--bcher-kva.example',
    'b\u00fccher.example',
    '\u200f',
    '\ufe0f',
    '=?utf-8?q?evil=40evil.example?=',
  );
  const soup = array(oneof(pieces, string({ unit: 'binary', maxLength: 2 })), { maxLength: 8 }).map((parts) =>
    parts.join(''),
  );
  /** Most have the form of an address, so that many are accepted. */
  const hostile = oneof(
    soup,
    tuple(soup, constantFrom('corp.example', 'b\u00fccher.example', 'CORP.example')).map(
      ([local, domain]) => `ta${local}@${domain}`,
    ),
    tuple(constantFrom('taro', '\u738b'), soup).map(([local, domain]) => `${local}@a${domain}.example`),
  );

  test('MAIL-8: each accepted mail arrives exactly at its address, and no other mail arrives', async () => {
    let taken = 0;
    await assert(
      asyncProperty(hostile, soup, async (address, name) => {
        box.mails.splice(0);
        const code = await deliver(transport, address, name);
        const arrived = box.mails.map(({ recipients }) => recipients.map(canonical));
        expect(arrived).toEqual(code === undefined ? [[canonical(address)]] : []);
        if (!isMailAddress(address)) expect(code).toBe('address.refused');
        if (code === undefined) taken++;
      }),
      { seed: 20_261_129, numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(15);
  });
});

test('MAIL-10: a server that does not accept UTF-8 before the @ gets no such address', async () => {
  const box = await TestMailServer.open({ hideSMTPUTF8: true });
  const transport = smtpTransport(box.url, from, { needsTls: false });
  try {
    expect(await deliver(transport, 'jos\u00e9@corp.example')).toBe('address.needs-smtputf8');
    expect(await deliver(transport, 'jose@b\u00fccher.example')).toBeUndefined();
    expect(box.mails.map(({ recipients }) => recipients)).toEqual([['jose@b\u00fccher.example']]);
  } finally {
    transport.close();
    await box.stop();
  }
});

test.each(['', '?ignoreTLS=true', '?opportunisticTLS=true', '?requireTLS=false'])(
  'MAIL-11: where TLS is needed a server without it is sent nothing: %s',
  async (query) => {
    const box = await TestMailServer.open();
    const transport = smtpTransport(`${box.url}/${query}`, from, { needsTls: true });
    try {
      for (const address of ['ann@corp.example', 'jos\u00e9@corp.example'])
        await expect(deliver(transport, address)).rejects.toMatchObject({ code: 'ETLS' });
      expect(box.mails).toEqual([]);
    } finally {
      transport.close();
      await box.stop();
    }
  },
);

test('MAIL-11: a server with TLS gets mails over TLS', async () => {
  const box = await TestMailServer.open({ hideSTARTTLS: false });
  const transport = smtpTransport(`${box.url}/?tls.rejectUnauthorized=false`, from, { needsTls: true });
  try {
    for (const address of ['ann@corp.example', 'jos\u00e9@corp.example'])
      expect(await deliver(transport, address)).toBeUndefined();
    expect(box.mails.map(({ secure }) => secure)).toEqual([true, true]);
  } finally {
    transport.close();
    await box.stop();
  }
});

test('MAIL-4: an unavailable server is tried again: the error does not park the mail', async () => {
  const box = await TestMailServer.open();
  const { url } = box;
  await box.stop();
  const transport = smtpTransport(url, from, { needsTls: false });
  await expect(deliver(transport, 'jos\u00e9@corp.example')).rejects.toMatchObject({ code: 'ESOCKET' });
  transport.close();
});

test('MAIL-8: a mail in a file names exactly the recorded address', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'mails-'));
  const transport = fileTransport(directory, from);
  try {
    for (const address of refused)
      expect([address, await deliver(transport, address)]).toEqual([address, 'address.refused']);
    expect(readdirSync(directory)).toEqual([]);
    for (const address of accepted) expect([address, await deliver(transport, address)]).toEqual([address, undefined]);
    const parsed = await Promise.all(
      readdirSync(directory).map((file) => simpleParser(readFileSync(join(directory, file)))),
    );
    const named = parsed.flatMap(({ to }) =>
      [to].flat().flatMap((each) => each!.value.map((value) => canonical(value.address!))),
    );
    expect(named.toSorted()).toEqual(accepted.map(canonical).toSorted());
  } finally {
    rmSync(directory, { recursive: true });
  }
});
