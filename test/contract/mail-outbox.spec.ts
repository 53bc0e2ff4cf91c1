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
  describe('mails', () => {
    it('are looked for from the end of a log that has become shorter', async () => {
      await database.vault.outbox.saveWithCheckpoint(undefined, 7, []);
      await database.vault.lowerCheckpoints(9);
      expect(await database.vault.outbox.findCheckpoint()).toBe(7);
      await database.vault.lowerCheckpoints(5);
      await database.reopen();
      expect(await database.vault.outbox.findCheckpoint()).toBe(5);
    });

    it('MAIL-1: are saved together with the checkpoint, or not at all', async () => {
      expect(await database.vault.outbox.findCheckpoint()).toBeUndefined();
      await database.vault.outbox.saveWithCheckpoint(undefined, 7, database.vault.outbox.enqueue(mail('one')));
      const broken = { text: 'INSERT INTO mail (id) VALUES (NULL)', values: [] };
      await expect(
        database.vault.outbox.saveWithCheckpoint(7, 9, [...database.vault.outbox.enqueue(mail('two')), broken]),
      ).rejects.toThrow(/not.null/i);
      await database.reopen();
      expect([await database.vault.outbox.findCheckpoint(), ids(await database.vault.outbox.list('owed', 9))]).toEqual([
        7,
        ['one'],
      ]);
    });

    it('MAIL-1: are saved once for each event, also if the mail was sent', async () => {
      await database.vault.outbox.save(database.vault.outbox.enqueue(mail('one')));
      await database.vault.outbox.saveOutcomes([outcome('one', 'sent')]);
      await database.vault.outbox.save(database.vault.outbox.enqueue(mail('one')));
      expect([await database.vault.outbox.count('owed'), await database.vault.outbox.count('sent')]).toEqual([0, 1]);
    });

    it('are due from their next attempt on, newest first, until they are finished', async () => {
      for (const [id, since] of [
        ['late', 30],
        ['early', 10],
        ['never', 99],
      ] as const)
        await database.vault.outbox.save(database.vault.outbox.enqueue(mail(id, since)));
      expect(ids(await database.vault.outbox.listDue(50, 9))).toEqual(['late', 'early']);
      await database.vault.outbox.saveOutcomes([outcome('early', 'sent'), outcome('late', 'owed', 60)]);
      expect(await database.vault.outbox.listDue(50, 9)).toEqual([]);
      expect(await database.vault.outbox.listDue(60, 9)).toMatchObject([{ id: 'late', attempts: 1, since: 30 }]);
    });

    it('MAIL-4: are sent again if they are parked, with new attempts, and never if they were sent', async () => {
      await database.vault.outbox.save(['parked', 'sent'].flatMap((id) => database.vault.outbox.enqueue(mail(id))));
      await database.vault.outbox.saveOutcomes([outcome('parked', 'parked'), outcome('sent', 'sent')]);
      for (const id of ['parked', 'sent']) await database.vault.outbox.requeue(id, 70);
      expect(await database.vault.outbox.find('parked')).toMatchObject({
        state: 'owed',
        attempts: 0,
        since: 70,
        nextAttemptAt: 70,
      });
      expect(await database.vault.outbox.find('sent')).toMatchObject({ state: 'sent' });
    });

    it('are listed oldest first, page by page', async () => {
      for (const [id, since] of [
        ['c', 2],
        ['a', 2],
        ['b', 1],
      ] as const)
        await database.vault.outbox.save(database.vault.outbox.enqueue(mail(id, since)));
      expect(ids(await database.vault.outbox.list('owed', 2))).toEqual(['b', 'a']);
      expect(ids(await database.vault.outbox.list('owed', 2, 'a'))).toEqual(['c']);
    });

    it('are deleted some time after they are finished', async () => {
      const all = ['sent', 'void', 'parked', 'owed'];
      await database.vault.outbox.save(all.flatMap((id) => database.vault.outbox.enqueue(mail(id, 10))));
      await database.vault.outbox.saveOutcomes([
        outcome('sent', 'sent'),
        outcome('void', 'void'),
        outcome('parked', 'parked'),
      ]);
      await database.vault.outbox.deleteFinished(10);
      expect(await database.vault.outbox.find('sent')).toBeDefined();
      await database.vault.outbox.deleteFinished(11);
      const left = await Promise.all(all.map((id) => database.vault.outbox.find(id)));
      expect(left.map((found) => found?.id)).toEqual([undefined, undefined, 'parked', 'owed']);
    });
  });

  describe('pending users', () => {
    it('MAIL-6: cause reminders some time after the first one registered, until none is left', async () => {
      await database.vault.outbox.save(database.vault.pendingApprovals.add('ann', 'acme', 100));
      await database.vault.outbox.save(database.vault.pendingApprovals.add('bob', 'acme', 200));
      expect([
        await database.vault.pendingApprovals.count('acme'),
        await database.vault.pendingApprovals.listDueReminders(99),
        await database.vault.pendingApprovals.listDueReminders(100),
      ]).toEqual([2, [], [{ account: 'acme', dueAt: 100 }]]);
      await database.vault.outbox.save(
        database.vault.pendingApprovals.saveNextReminder({ account: 'acme', dueAt: 100 }, 300),
      );
      await database.vault.outbox.save(database.vault.pendingApprovals.remove('ann'));
      expect([
        await database.vault.pendingApprovals.listDueReminders(299),
        await database.vault.pendingApprovals.listDueReminders(300),
      ]).toEqual([[], [{ account: 'acme', dueAt: 300 }]]);
      await database.vault.outbox.save(database.vault.pendingApprovals.remove('bob'));
      expect([
        await database.vault.pendingApprovals.count('acme'),
        await database.vault.pendingApprovals.listDueReminders(300),
      ]).toEqual([0, []]);
    });

    it('are pending in one account at a time', async () => {
      await database.vault.outbox.save(database.vault.pendingApprovals.add('ann', 'acme', 100));
      await database.vault.outbox.save(database.vault.pendingApprovals.add('ann', 'other', 200));
      expect(await database.vault.pendingApprovals.listDueReminders(500)).toEqual([{ account: 'other', dueAt: 200 }]);
    });
  });
});
