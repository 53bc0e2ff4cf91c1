import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccessDeniedError, EventStoreDBClient, UnavailableError, jsonEvent } from '@eventstore/db-client';
import { startEmbeddedEventStore, type EmbeddedEventStore } from '#libs/embedded-eventstore';

// On the embedded node and, with an EVENTSTORE_URL that has credentials, on any EventStoreDB.
const external = process.env['EVENTSTORE_URL'];
const needsCredentials = !external || external.includes('@');
if (!needsCredentials)
  console.warn('Access is not tested: EVENTSTORE_URL has no credentials, so that server probably needs none.');

let directory: string;
let node: EmbeddedEventStore | undefined;
let url: URL;
const clients: EventStoreDBClient[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'event-store-'));
  if (!external) node = await startEmbeddedEventStore({ directory });
  url = new URL(external ?? node!.url);
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await node?.close();
  await rm(directory, { recursive: true });
});

/** Returns a client with these credentials. */
function client(username: string, password: string): EventStoreDBClient {
  const given = Object.assign(new URL(url), { username, password });
  const made = EventStoreDBClient.connectionString(given.href);
  clients.push(made);
  return made;
}

type Call = (client: EventStoreDBClient, stream: string) => Promise<unknown>;
const first = async (events: AsyncIterable<unknown>): Promise<unknown> => {
  for await (const event of events) return event;
  return undefined;
};
const event = () => jsonEvent({ type: 'a', data: {} });
const calls: Record<string, Call> = {
  'a batch append': (client, stream) => client.appendToStream(stream, event()),
  'reading a stream': (client, stream) => first(client.readStream(stream)),
  'reading the log': (client) => first(client.readAll()),
  'subscribing to a stream': (client, stream) => first(client.subscribeToStream(stream)),
  'subscribing to the log': (client) => first(client.subscribeToAll()),
};

(needsCredentials ? describe : describe.skip)('a caller', () => {
  let stream: string;
  let known: EventStoreDBClient;
  beforeAll(async () => {
    stream = `s-${randomUUID()}`;
    known = client(url.username, url.password);
    await known.appendToStream(stream, event());
  });

  describe.each(Object.entries(calls))('%s', (_, call) => {
    it.each([
      ['with a wrong password', 'admin', 'wrong'],
      ['with the beginning of the password', 'admin', (): string => url.password.slice(0, -1)],
      ['with the right password of somebody else', 'nobody', (): string => url.password],
    ])('%s is denied', async (_, username, password) => {
      const caller = client(username, typeof password === 'string' ? password : password());
      await expect(call(caller, stream)).rejects.toBeInstanceOf(AccessDeniedError);
    });

    // Whether a real server admits callers without credentials is a setting.
    (external ? it.skip : it)('without credentials is denied', async () => {
      await expect(call(client('', ''), stream)).rejects.toBeInstanceOf(AccessDeniedError);
    });
  });

  it('an append with a wrong password is denied, while others on the same connection with the right password are accepted', async () => {
    const append = (username: string, password: string) =>
      known.appendToStream(stream, event(), { credentials: { username, password: decodeURIComponent(password) } });
    await expect(append('admin', 'wrong')).rejects.toBeInstanceOf(AccessDeniedError);
    await expect(append(url.username, url.password)).resolves.toMatchObject({ success: true });
  });

  it('leaves no event in the stream if its appends were denied', async () => {
    const events = [];
    for await (const read of known.readStream(stream)) events.push(read);
    expect(events).toHaveLength(2);
  });

  (external ? it.skip : it)('that trusts other certificates, or uses no TLS, can not connect', async () => {
    for (const query of ['', '?tls=false']) {
      const caller = EventStoreDBClient.connectionString(`esdb://${query ? '' : 'admin:wrong@'}${url.host}${query}`);
      clients.push(caller);
      await expect(first(caller.readAll())).rejects.toBeInstanceOf(UnavailableError);
    }
  });
});
