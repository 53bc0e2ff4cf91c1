import { EventStoreDBClient } from '@eventstore/db-client';
import { startRefusal } from '../support/start-refusal.js';
import {
  expectStatus,
  issueTokenFor,
  openTestAccount,
  startTestServer,
  type TestAccount,
  type TestServer,
} from '../support/server.js';

// Somebody who may write to the event store deletes streams, and sets the metadata of streams. The embedded node refuses both.
const { EVENTSTORE_URL: url } = process.env;
if (!url) console.info('Deleted streams are tested on EVENTSTORE_URL only: the embedded node has no deletes.');

let attacker: EventStoreDBClient;
let test: TestServer;
let account: TestAccount;

const attacks = {
  'was deleted': (stream: string) => attacker.deleteStream(stream),
  'was deleted for ever': (stream: string) => attacker.tombstoneStream(stream),
  'has other metadata': (stream: string) => attacker.setStreamMetadata(stream, { maxCount: 1 }),
};

(url ? describe : describe.skip)('a user whose stream', () => {
  beforeAll(async () => {
    attacker = EventStoreDBClient.connectionString(url!);
    test = await startTestServer();
    account = await openTestAccount(test);
  }, 60_000);
  afterAll(async () => {
    await test.close();
    await attacker.dispose();
  });

  const streamOf = (user: string) => `${test.config.eventStoreNamespace}.user-${user}`;
  /** Lets the witness see everything: read models do not go past it. */
  const waitForWitness = async () => {
    await account.addUser();
    expectStatus(200, await test.operator.get('/accounts'));
  };

  it.each(Object.entries(attacks))(
    '%s can not be changed or replayed, and their tokens do not work',
    async (_, attack) => {
      const user = await account.addUser();
      const path = account.path(`/users/${user}`);
      const token = await issueTokenFor(test.operator, user, ['users:read', 'me:write']);
      expectStatus(200, await test.operator.as(token).get('/me'));
      const added = new Date(test.clock.now()).toISOString();
      await attack(streamOf(user));
      await waitForWitness();
      test.clock.move(2_000);
      expect((await test.operator.as(token).get('/me')).status).toBe(401);
      for (const request of [
        test.operator.post(`${path}/lock`, { reason: 'odd' }),
        test.operator.get(`${path}?at=${added}`),
      ])
        expect(await request).toMatchObject({ status: 409, body: { code: 'log.tampered' } });
      expectStatus(200, await test.operator.get(path));
      const { body } = expectStatus(200, await test.operator.get('/health/ready'));
      expect(body).toMatchObject({ status: 'degraded', foreignData: { status: 'found', eventRanges: 0 } });
      expect(body.foreignData.latest).toContainEqual(expect.objectContaining({ stream: `user-${user}` }));
    },
  );

  it('the next start is refused if the stream of the installation was deleted', async () => {
    const { eventStoreNamespace, dataDir } = test.config;
    const settings = { DATA_DIR: dataDir, EVENTSTORE_URL: url!, EVENTSTORE_NAMESPACE: eventStoreNamespace };
    await attacks['was deleted'](`${eventStoreNamespace}.installation`);
    await account.addUser(); // The running server continues.
    await test.server.close();
    expect(startRefusal(settings)).toContain('holds the keys of a log, but this log is empty');
    await attacks['was deleted for ever'](`${eventStoreNamespace}.installation`);
    expect(startRefusal(settings)).toBe(
      'rollbook: The stream installation was changed from outside Rollbook: it was deleted for ever.',
    );
  });
});
