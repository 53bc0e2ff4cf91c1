import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openVault, type Vault } from './index.js';

let directory: string;
let vault: Vault;

const open = (): Vault => openVault({ directory, key: Buffer.alloc(32, 7), create: true });
const reopen = (): void => {
  vault.close();
  vault = open();
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vault-'));
  vault = open();
});
afterEach(() => {
  vault.close();
  rmSync(directory, { recursive: true });
});

const mail = (id: string, since = 1_000) => ({ id, kind: 'password-link', user: 'ann', about: 'request', since });
const outcome = (id: string, state: 'sent' | 'void' | 'parked' | 'owed', nextAttemptAt = 0) => ({
  id,
  state,
  attempts: 1,
  nextAttemptAt,
  problem: null,
});
const ids = (mails: readonly { id: string }[]) => mails.map(({ id }) => id);

describe('mails', () => {
  it('are looked for again from the end of a log that is shorter than it was', () => {
    vault.mails.advance(7, () => {});
    vault.setBack(9);
    expect(vault.mails.position).toBe(7);
    vault.setBack(5);
    reopen();
    expect(vault.mails.position).toBe(5);
  });

  it('MAIL-1: are owed together with the place in the log, or not at all', () => {
    expect(vault.mails.position).toBeUndefined();
    vault.mails.advance(7, () => vault.mails.owe(mail('one')));
    expect(() =>
      vault.mails.advance(9, () => {
        vault.mails.owe(mail('two'));
        throw new Error('cut short');
      }),
    ).toThrow('cut short');
    reopen();
    expect([vault.mails.position, ids(vault.mails.list('owed', 9))]).toEqual([7, ['one']]);
  });

  it('MAIL-1: are owed once an event, also where it was sent', () => {
    vault.mails.owe(mail('one'));
    vault.mails.settle([outcome('one', 'sent')]);
    vault.mails.owe(mail('one'));
    expect([vault.mails.count('owed'), vault.mails.count('sent')]).toEqual([0, 1]);
  });

  it('are due when their time has come, the newest first, until they are settled', () => {
    for (const [id, since] of [
      ['late', 30],
      ['early', 10],
      ['never', 99],
    ] as const)
      vault.mails.owe(mail(id, since));
    expect(ids(vault.mails.due(50, 9))).toEqual(['late', 'early']);
    vault.mails.settle([outcome('early', 'sent'), outcome('late', 'owed', 60)]);
    expect(vault.mails.due(50, 9)).toEqual([]);
    expect(vault.mails.due(60, 9)).toMatchObject([{ id: 'late', attempts: 1, since: 30 }]);
  });

  it('MAIL-4: are sent again from the beginning where they are parked, never where they were sent', () => {
    for (const id of ['parked', 'sent']) vault.mails.owe(mail(id));
    vault.mails.settle([outcome('parked', 'parked'), outcome('sent', 'sent')]);
    for (const id of ['parked', 'sent']) vault.mails.sendAgain(id, 70);
    expect(vault.mails.find('parked')).toMatchObject({ state: 'owed', attempts: 0, since: 70, nextAttemptAt: 70 });
    expect(vault.mails.find('sent')).toMatchObject({ state: 'sent' });
  });

  it('are listed the oldest first, page by page', () => {
    for (const [id, since] of [
      ['c', 2],
      ['a', 2],
      ['b', 1],
    ] as const)
      vault.mails.owe(mail(id, since));
    expect(ids(vault.mails.list('owed', 2))).toEqual(['b', 'a']);
    expect(ids(vault.mails.list('owed', 2, 'a'))).toEqual(['c']);
  });

  it('are forgotten once they are done with', () => {
    for (const id of ['sent', 'void', 'parked', 'owed']) vault.mails.owe(mail(id, 10));
    vault.mails.settle([outcome('sent', 'sent'), outcome('void', 'void'), outcome('parked', 'parked')]);
    vault.mails.forget(10);
    expect(vault.mails.find('sent')).toBeDefined();
    vault.mails.forget(11);
    expect(['sent', 'void', 'parked', 'owed'].filter((id) => vault.mails.find(id))).toEqual(['parked', 'owed']);
  });
});

describe('those who wait', () => {
  it('MAIL-6: remind of themselves a while after the first of them, until none is left', () => {
    vault.waiting.begin('ann', 'acme', 100);
    vault.waiting.begin('bob', 'acme', 200);
    expect([vault.waiting.count('acme'), vault.waiting.due(99), vault.waiting.due(100)]).toEqual([
      2,
      [],
      [{ account: 'acme', dueAt: 100 }],
    ]);
    vault.waiting.reminded({ account: 'acme', dueAt: 300 });
    vault.waiting.end('ann');
    expect([vault.waiting.due(299), vault.waiting.due(300)]).toEqual([[], [{ account: 'acme', dueAt: 300 }]]);
    vault.waiting.end('bob');
    expect([vault.waiting.count('acme'), vault.waiting.due(300)]).toEqual([0, []]);
  });

  it('wait in one account at a time', () => {
    vault.waiting.begin('ann', 'acme', 100);
    vault.waiting.begin('ann', 'other', 200);
    expect(vault.waiting.due(500)).toEqual([{ account: 'other', dueAt: 200 }]);
  });

  it('are gone with their account', () => {
    vault.waiting.begin('ann', 'acme', 100);
    vault.waiting.begin('bob', 'other', 100);
    vault.waiting.endAll('acme');
    expect(vault.waiting.due(500)).toEqual([{ account: 'other', dueAt: 100 }]);
  });
});
