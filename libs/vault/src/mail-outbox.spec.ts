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
  it('are looked for from the end of a log that has become shorter', () => {
    vault.outbox.saveWithCheckpoint(7, () => {});
    vault.lowerCheckpoints(9);
    expect(vault.outbox.checkpoint).toBe(7);
    vault.lowerCheckpoints(5);
    reopen();
    expect(vault.outbox.checkpoint).toBe(5);
  });

  it('MAIL-1: are saved together with the checkpoint, or not at all', () => {
    expect(vault.outbox.checkpoint).toBeUndefined();
    vault.outbox.saveWithCheckpoint(7, () => vault.outbox.enqueue(mail('one')));
    expect(() =>
      vault.outbox.saveWithCheckpoint(9, () => {
        vault.outbox.enqueue(mail('two'));
        throw new Error('cut short');
      }),
    ).toThrow('cut short');
    reopen();
    expect([vault.outbox.checkpoint, ids(vault.outbox.list('owed', 9))]).toEqual([7, ['one']]);
  });

  it('MAIL-1: are saved once for each event, also if the mail was sent', () => {
    vault.outbox.enqueue(mail('one'));
    vault.outbox.saveOutcomes([outcome('one', 'sent')]);
    vault.outbox.enqueue(mail('one'));
    expect([vault.outbox.count('owed'), vault.outbox.count('sent')]).toEqual([0, 1]);
  });

  it('are due from their next attempt on, newest first, until they are finished', () => {
    for (const [id, since] of [
      ['late', 30],
      ['early', 10],
      ['never', 99],
    ] as const)
      vault.outbox.enqueue(mail(id, since));
    expect(ids(vault.outbox.listDue(50, 9))).toEqual(['late', 'early']);
    vault.outbox.saveOutcomes([outcome('early', 'sent'), outcome('late', 'owed', 60)]);
    expect(vault.outbox.listDue(50, 9)).toEqual([]);
    expect(vault.outbox.listDue(60, 9)).toMatchObject([{ id: 'late', attempts: 1, since: 30 }]);
  });

  it('MAIL-4: are sent again if they are parked, with new attempts, and never if they were sent', () => {
    for (const id of ['parked', 'sent']) vault.outbox.enqueue(mail(id));
    vault.outbox.saveOutcomes([outcome('parked', 'parked'), outcome('sent', 'sent')]);
    for (const id of ['parked', 'sent']) vault.outbox.requeue(id, 70);
    expect(vault.outbox.find('parked')).toMatchObject({ state: 'owed', attempts: 0, since: 70, nextAttemptAt: 70 });
    expect(vault.outbox.find('sent')).toMatchObject({ state: 'sent' });
  });

  it('are listed oldest first, page by page', () => {
    for (const [id, since] of [
      ['c', 2],
      ['a', 2],
      ['b', 1],
    ] as const)
      vault.outbox.enqueue(mail(id, since));
    expect(ids(vault.outbox.list('owed', 2))).toEqual(['b', 'a']);
    expect(ids(vault.outbox.list('owed', 2, 'a'))).toEqual(['c']);
  });

  it('are deleted some time after they are finished', () => {
    for (const id of ['sent', 'void', 'parked', 'owed']) vault.outbox.enqueue(mail(id, 10));
    vault.outbox.saveOutcomes([outcome('sent', 'sent'), outcome('void', 'void'), outcome('parked', 'parked')]);
    vault.outbox.deleteFinished(10);
    expect(vault.outbox.find('sent')).toBeDefined();
    vault.outbox.deleteFinished(11);
    expect(['sent', 'void', 'parked', 'owed'].filter((id) => vault.outbox.find(id))).toEqual(['parked', 'owed']);
  });
});

describe('pending users', () => {
  it('MAIL-6: cause reminders some time after the first one registered, until none is left', () => {
    vault.pendingApprovals.add('ann', 'acme', 100);
    vault.pendingApprovals.add('bob', 'acme', 200);
    expect([
      vault.pendingApprovals.count('acme'),
      vault.pendingApprovals.listDueReminders(99),
      vault.pendingApprovals.listDueReminders(100),
    ]).toEqual([2, [], [{ account: 'acme', dueAt: 100 }]]);
    vault.pendingApprovals.saveNextReminder({ account: 'acme', dueAt: 300 });
    vault.pendingApprovals.remove('ann');
    expect([vault.pendingApprovals.listDueReminders(299), vault.pendingApprovals.listDueReminders(300)]).toEqual([
      [],
      [{ account: 'acme', dueAt: 300 }],
    ]);
    vault.pendingApprovals.remove('bob');
    expect([vault.pendingApprovals.count('acme'), vault.pendingApprovals.listDueReminders(300)]).toEqual([0, []]);
  });

  it('are pending in one account at a time', () => {
    vault.pendingApprovals.add('ann', 'acme', 100);
    vault.pendingApprovals.add('ann', 'other', 200);
    expect(vault.pendingApprovals.listDueReminders(500)).toEqual([{ account: 'other', dueAt: 200 }]);
  });
});
