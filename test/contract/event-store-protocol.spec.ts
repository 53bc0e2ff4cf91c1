import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient } from '@eventstore/db-client';
import { startEmbeddedEventStore } from '#libs/embedded-eventstore';
import { alone, attempt, Bench, cases, credentials, type Answer } from './event-store-cases.js';
import './event-store-subscription-cases.js';

/** The answers of a real EventStoreDB 23.10, by case. */
const facts = JSON.parse(await readFile(new URL('event-store-facts.json', import.meta.url), 'utf8')) as Record<
  string,
  Answer
>;

const external = process.env['EVENTSTORE_URL'];

/** The answers of the embedded node that differ on purpose. */
const differences: Record<string, Answer> = external
  ? {}
  : {
      // For a stream that does not exist, a real server sends caughtUp only after the first event. The embedded node sends it at
      // once, as for every other subscription: otherwise a reader that waits for it would wait for ever.
      'subscribe/stream/absent': {
        got: ['confirmation', 'caughtUp', '<s> 0 live'],
        a: { success: true, next: '0n', position: 'set' },
      },
      // A real server remembers one place per id, in memory: it writes a repetition in a second stream again, and after a restart
      // every repetition without a revision. The embedded node looks into the stream. Rollbook always gives a revision, and then
      // both compare the stored events.
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
  // Not awaited: after a read that was left early, the client would wait for ever.
  void client.dispose();
  await embedded?.close();
  await rm(directory, { recursive: true });
});

it('has a case for every recorded answer', () => {
  expect([...cases.keys()].sort()).toEqual(Object.keys(facts).sort());
});

it.each(Object.keys(facts))('%s', (name) => {
  expect(answers[name]).toEqual(differences[name] ?? facts[name]);
});
