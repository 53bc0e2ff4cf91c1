import type { Vault } from '#libs/vault';
import { describeEachVault } from './vault-fixture.js';

const mail = (id: string, since = 1_000) => ({ id, kind: 'password-link', user: 'ann', about: 'request', since });
const outcome = (id: string, state: 'sent' | 'void' | 'parked' | 'owed', nextAttemptAt = 0) => ({
  id,
  state,
  attempts: 1,
  nextAttemptAt,
  problem: null,
});
const ids = (mails: readonly { id: string }[]) => mails.map(({ id }) => id);

describeEachVault('outbox', (database) => {
  let vault: Vault;
  const reopen = async (): Promise<void> => {
    await vault.close();
    vault = await database.open();
  };
  beforeEach(async () => {
    vault = await database.open();
  });
  afterEach(() => vault.close());

  describe('mails', () => {
    it('are looked for from the end of a log that has become shorter', async () => {
      await vault.outbox.saveWithCheckpoint(undefined, 7, []);
      await vault.lowerCheckpoints(9);
      expect(await vault.outbox.findCheckpoint()).toBe(7);
      await vault.lowerCheckpoints(5);
      await reopen();
      expect(await vault.outbox.findCheckpoint()).toBe(5);
    });

    it('MAIL-1: are saved together with the checkpoint, or not at all', async () => {
      expect(await vault.outbox.findCheckpoint()).toBeUndefined();
      await vault.outbox.saveWithCheckpoint(undefined, 7, vault.outbox.enqueue(mail('one')));
      const broken = { text: 'INSERT INTO mail (id) VALUES (NULL)', values: [] };
      await expect(
        vault.outbox.saveWithCheckpoint(7, 9, [...vault.outbox.enqueue(mail('two')), broken]),
      ).rejects.toThrow(/not.null/i);
      await reopen();
      expect([await vault.outbox.findCheckpoint(), ids(await vault.outbox.list('owed', 9))]).toEqual([7, ['one']]);
    });

    it('MAIL-1: are saved once for each event, also if the mail was sent', async () => {
      await vault.outbox.save(vault.outbox.enqueue(mail('one')));
      await vault.outbox.saveOutcomes([outcome('one', 'sent')]);
      await vault.outbox.save(vault.outbox.enqueue(mail('one')));
      expect([await vault.outbox.count('owed'), await vault.outbox.count('sent')]).toEqual([0, 1]);
    });

    it('are due from their next attempt on, newest first, until they are finished', async () => {
      for (const [id, since] of [
        ['late', 30],
        ['early', 10],
        ['never', 99],
      ] as const)
        await vault.outbox.save(vault.outbox.enqueue(mail(id, since)));
      expect(ids(await vault.outbox.listDue(50, 9))).toEqual(['late', 'early']);
      await vault.outbox.saveOutcomes([outcome('early', 'sent'), outcome('late', 'owed', 60)]);
      expect(await vault.outbox.listDue(50, 9)).toEqual([]);
      expect(await vault.outbox.listDue(60, 9)).toMatchObject([{ id: 'late', attempts: 1, since: 30 }]);
    });

    it('MAIL-4: are sent again if they are parked, with new attempts, and never if they were sent', async () => {
      await vault.outbox.save(['parked', 'sent'].flatMap((id) => vault.outbox.enqueue(mail(id))));
      await vault.outbox.saveOutcomes([outcome('parked', 'parked'), outcome('sent', 'sent')]);
      for (const id of ['parked', 'sent']) await vault.outbox.requeue(id, 70);
      expect(await vault.outbox.find('parked')).toMatchObject({
        state: 'owed',
        attempts: 0,
        since: 70,
        nextAttemptAt: 70,
      });
      expect(await vault.outbox.find('sent')).toMatchObject({ state: 'sent' });
    });

    it('are listed oldest first, page by page', async () => {
      for (const [id, since] of [
        ['c', 2],
        ['a', 2],
        ['b', 1],
      ] as const)
        await vault.outbox.save(vault.outbox.enqueue(mail(id, since)));
      expect(ids(await vault.outbox.list('owed', 2))).toEqual(['b', 'a']);
      expect(ids(await vault.outbox.list('owed', 2, 'a'))).toEqual(['c']);
    });

    it('are deleted some time after they are finished', async () => {
      const all = ['sent', 'void', 'parked', 'owed'];
      await vault.outbox.save(all.flatMap((id) => vault.outbox.enqueue(mail(id, 10))));
      await vault.outbox.saveOutcomes([outcome('sent', 'sent'), outcome('void', 'void'), outcome('parked', 'parked')]);
      await vault.outbox.deleteFinished(10);
      expect(await vault.outbox.find('sent')).toBeDefined();
      await vault.outbox.deleteFinished(11);
      const left = await Promise.all(all.map((id) => vault.outbox.find(id)));
      expect(left.map((found) => found?.id)).toEqual([undefined, undefined, 'parked', 'owed']);
    });
  });

  describe('pending users', () => {
    it('MAIL-6: cause reminders some time after the first one registered, until none is left', async () => {
      await vault.outbox.save(vault.pendingApprovals.add('ann', 'acme', 100));
      await vault.outbox.save(vault.pendingApprovals.add('bob', 'acme', 200));
      expect([
        await vault.pendingApprovals.count('acme'),
        await vault.pendingApprovals.listDueReminders(99),
        await vault.pendingApprovals.listDueReminders(100),
      ]).toEqual([2, [], [{ account: 'acme', dueAt: 100 }]]);
      await vault.outbox.save(vault.pendingApprovals.saveNextReminder({ account: 'acme', dueAt: 100 }, 300));
      await vault.outbox.save(vault.pendingApprovals.remove('ann'));
      expect([
        await vault.pendingApprovals.listDueReminders(299),
        await vault.pendingApprovals.listDueReminders(300),
      ]).toEqual([[], [{ account: 'acme', dueAt: 300 }]]);
      await vault.outbox.save(vault.pendingApprovals.remove('bob'));
      expect([await vault.pendingApprovals.count('acme'), await vault.pendingApprovals.listDueReminders(300)]).toEqual([
        0,
        [],
      ]);
    });

    it('are pending in one account at a time', async () => {
      await vault.outbox.save(vault.pendingApprovals.add('ann', 'acme', 100));
      await vault.outbox.save(vault.pendingApprovals.add('ann', 'other', 200));
      expect(await vault.pendingApprovals.listDueReminders(500)).toEqual([{ account: 'other', dueAt: 200 }]);
    });
  });
});
