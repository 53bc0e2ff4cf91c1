import { createSecretKey } from 'node:crypto';
import { wrap } from '../../libs/vault/src/wrapping.js';
import { describeEachVault, key } from './vault-fixture.js';

/** Lets each change of the row about the log fail. */
const breakUpdates = {
  SQLite: "CREATE TRIGGER broken BEFORE UPDATE ON secret BEGIN SELECT RAISE(ABORT, 'disk'); END",
  PostgreSQL: `CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'disk'; END $$;
    CREATE TRIGGER broken BEFORE UPDATE ON secret FOR EACH ROW EXECUTE FUNCTION broken()`,
};

describeEachVault('witness', (database) => {
  it('takes a changed stream as accepted until it is changed again', async () => {
    const { state } = database.vault.witness;
    const change = (position: number) =>
      database.vault.witness.save({ state, foreign: [], changedStreams: [{ stream: 'n-1', position }] });
    await change(3);
    database.vault.witness.proposeAccepted('n-1', { revision: 4, events: [[0, 4]] });
    expect([database.vault.witness.isChanged('n-1'), database.vault.witness.changedStreams]).toEqual([false, []]);
    await database.reopen();
    expect(database.vault.witness.isChanged('n-1')).toBe(true);
    await database.vault.witness.saveAccepted('n-1', { revision: 4, events: [[0, 4]], position: 7 });
    // The witness reads again what came before the acceptance.
    await change(5);
    await database.reopen();
    expect([database.vault.witness.isChanged('n-1'), database.vault.witness.hasUnacknowledged()]).toEqual([
      false,
      false,
    ]);
    await change(8);
    expect([database.vault.witness.isChanged('n-1'), database.vault.witness.hasUnacknowledged()]).toEqual([true, true]);
    await database.vault.witness.acknowledge(8);
    expect([database.vault.witness.isChanged('n-1'), database.vault.witness.hasUnacknowledged()]).toEqual([
      true,
      false,
    ]);
  });

  it('forgets after a restore what was accepted and acknowledged later', async () => {
    for (const [stream, position] of [
      ['n-1', 5],
      ['n-2', 6],
    ] as const)
      await database.vault.witness.saveAccepted(stream, { revision: 4, events: [], position });
    await database.vault.witness.acknowledge(9);
    await database.vault.witness.reset(5);
    await database.reopen();
    const { witness } = database.vault;
    expect([witness.findAccepted('n-1')?.position, witness.findAccepted('n-2'), witness.acknowledgedUntil]).toEqual([
      5,
      undefined,
      5,
    ]);
  });

  it('saves all of an acceptance, or nothing', async () => {
    const { state } = database.vault.witness;
    await database.vault.witness.save({ state, foreign: [], changedStreams: [{ stream: 'n-1', position: 3 }] });
    await database.attack(breakUpdates[database.engine]);
    const acceptance = { revision: 4, events: [], position: 7 };
    await expect(database.vault.witness.saveAccepted('n-1', acceptance, { ...state, events: 3 })).rejects.toThrow(
      'disk',
    );
    expect([database.vault.witness.isChanged('n-1'), database.vault.witness.findAccepted('n-1')]).toEqual([
      true,
      undefined,
    ]);
    await database.attack(database.engine === 'SQLite' ? 'DROP TRIGGER broken' : 'DROP TRIGGER broken ON secret');
    await database.vault.witness.saveAccepted('n-1', acceptance, { ...state, events: 3 });
    await database.reopen();
    expect([database.vault.witness.isChanged('n-1'), database.vault.witness.findAccepted('n-1')]).toEqual([
      false,
      acceptance,
    ]);
    expect(database.vault.witness.state.events).toBe(3);
  });

  it('can be opened for reading while it is written to', async () => {
    const reader = await database.place.openForReading({ key });
    await database.vault.witness.save({
      state: { ...database.vault.witness.state, position: 9 },
      foreign: [],
      changedStreams: [],
    });
    expect([reader.witness.position, reader.fingerprint]).toEqual([-1, database.vault.fingerprint]);
    await expect(reader.witness.acknowledge(5)).rejects.toThrow(/read(ing)?.only/);
    await reader.close();
    const other = await database.place.openForReading({ key });
    expect(other.witness.position).toBe(9);
    await other.close();
  });

  it('reads the lists of an earlier build, whose incidents have no position and no type', async () => {
    const foreign = [{ stream: 'n-1', revision: 3, position: 8, type: 'Forged' }];
    const changedStreams = [{ stream: 'n-2', position: 9 }];
    await database.vault.witness.save({ state: database.vault.witness.state, foreign, changedStreams });
    const vaultKey = createSecretKey(key);
    const hex = (text: string, name: string) => wrap(Buffer.from(text), vaultKey, name).toString('hex');
    await database.attack(`UPDATE foreign_range SET box = x'${hex('5', 'foreign:3:n-1')}'`);
    await database.attack(`UPDATE changed_stream SET box = x'${hex('', 'changed:n-2')}'`);
    await database.reopen();
    expect(database.vault.witness.listIncidents(10)).toEqual([
      { stream: 'n-2', isAcknowledged: false },
      { stream: 'n-1', first: 3, last: 5, isAcknowledged: false },
    ]);
    await database.vault.witness.acknowledge(0);
    expect(database.vault.witness.hasUnacknowledged()).toBe(false);
  });
});
