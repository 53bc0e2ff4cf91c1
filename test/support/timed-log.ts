import { setTimeout as pause } from 'node:timers/promises';
import type { LogItem, Recorded } from '#libs/kernel';
import type { Projection, SubscribeToLog } from '#libs/read-store';
import { sql } from 'kysely';
import { writeAtOnce } from './write-at-once.js';

/** How often an event comes, in ms. */
const INTERVAL_MS = 4;

/**
 * A log that several processes see alike without an event store: from `startedAt` (ms since 1970) on, it has one more event
 * every 4 ms, at the positions 10, 20, 30, ….
 */
export const timedLog = (startedAt: number): SubscribeToLog =>
  async function* (from, signal): AsyncGenerator<LogItem> {
    let isCaughtUp = false;
    for (let nth = (from ?? 0) / 10 + 1; !signal.aborted; nth++) {
      for (let wait; (wait = startedAt + nth * INTERVAL_MS - Date.now()) > 0;) {
        if (!isCaughtUp) yield { kind: 'caughtUp' };
        isCaughtUp = true;
        await pause(wait, undefined, { signal });
      }
      const position = nth * 10;
      const rest = { id: String(nth), stream: 'user-1', revision: nth, envelope: {} as Recorded['envelope'] };
      yield { kind: 'event', event: { ...rest, type: 'Numbered', data: { key: nth % 50 }, position } };
    }
  };

/** Sums positions by key, which shows an event that is applied twice or not at all; slowly, so that most time passes in transactions. */
export const sums: Projection = {
  name: 'sums',
  version: 1,
  tables: ['sums'],
  createTables: async (db) =>
    void (await sql`create table sums (key integer primary key, total bigint not null)`.execute(db)),
  events: ['Numbered'],
  begin: writeAtOnce(async (events, tx) => {
    for (const { data, position } of events)
      await sql`
        insert into sums values (${(data as { key: number }).key}, ${position})
        on conflict (key) do update set total = sums.total + excluded.total`.execute(tx);
    await pause(20);
  }),
};

/** Stores which process has applied which event. */
export const writers = (writer: string): Projection => ({
  name: 'writers',
  version: 1,
  tables: ['writers'],
  createTables: async (db) =>
    void (await sql`create table writers (position bigint primary key, writer text not null)`.execute(db)),
  events: ['Numbered'],
  begin: writeAtOnce(async (events, tx) => {
    for (const { position } of events) await sql`insert into writers values (${position}, ${writer})`.execute(tx);
    await pause(20);
  }),
});
