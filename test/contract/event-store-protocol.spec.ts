import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient } from '@eventstore/db-client';
import { startEmbeddedEventStore } from '#libs/embedded-eventstore';
import { alone, attempt, Bench, cases, credentials, type Answer } from './event-store-cases.js';
import './event-store-subscription-cases.js';

/** Answers of a real EventStoreDB 23.10, by case. */
const facts = JSON.parse(await readFile(new URL('event-store-facts.json', import.meta.url), 'utf8')) as Record<
  string,
  Answer
>;

const external = process.env['EVENTSTORE_URL'];

/** What the embedded node answers otherwise, on purpose. */
const accidents: Record<string, Answer> = external
  ? {}
  : {
      // A real server says of an absent stream that it is caught up only after the stream's first event. The embedded node says it at once, as of every other
      // subscription: nobody can rely on the order, but one that waits for it before it goes on would wait for ever.
      'subscribe/stream/absent': {
        got: ['confirmation', 'caughtUp', '<s> 0 live'],
        a: { success: true, next: '0n', position: 'set' },
      },
      // A real server knows an id by one place in its whole log, in memory: it writes a repeat in a second stream again, and after a restart every repeat that
      // names no revision. The embedded node looks the stream itself up. Rollbook always names a revision, and then both compare the events that lie there.
      ...Object.fromEntries(
        ['batch', 'single'].map((rpc) => [
          `repeat/${rpc}/any: the same ids in another stream, twice`,
          [{ success: true, next: '0n', position: 'set' }, { success: true, next: '0n', position: 'set' }, ['0:a']],
        ]),
      ),
    };

const answers: Record<string, Answer> = {};

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'event-store-'));
  const embedded = external ? undefined : await startEmbeddedEventStore({ directory });
  const url = external ?? embedded!.url;
  const { username, password } = new URL(url);
  if (username) Object.assign(credentials, { username, password: decodeURIComponent(password) });
  const client = EventStoreDBClient.connectionString(url);
  const ask = async (name: string): Promise<void> => {
    const bench = new Bench(client);
    answers[name] = bench.clean(await attempt(() => cases.get(name)!(bench)));
  };
  await Promise.all([...cases.keys()].filter((name) => !alone.has(name)).map(ask));
  for (const name of alone) await ask(name);
  // Not awaited: the client waits for ever for the end of a read that was left early and whose answer was complete.
  void client.dispose();
  await embedded?.close();
  await rm(directory, { recursive: true });
});

it('asks every case of which the answer is known', () => {
  expect([...cases.keys()].sort()).toEqual(Object.keys(facts).sort());
});

it.each(Object.keys(facts))('%s', (name) => {
  expect(answers[name]).toEqual(accidents[name] ?? facts[name]);
});
